"""Numbers: one folder per experiment, one for the Sun, one for xenon, one for published limits."""
