"""Light mediators: scans over fixed masses, and mass and coupling free together."""
