"""Model structures, what is compiled of each, and the sampler: PyTensor and nutpie, no physics."""
