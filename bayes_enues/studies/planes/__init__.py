"""Two parameters at a time: the Delta chi^2 contour beside the region of highest posterior density."""
