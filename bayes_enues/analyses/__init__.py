"""What commands do, as functions: the same names and options, for notebooks and scripts."""
