"""What bounds and samplers promise, tried by simulation: toys, coverage, Feldman-Cousins, calibration."""
