"""One model and its two statistics."""
