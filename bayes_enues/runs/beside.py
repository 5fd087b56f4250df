"""What lies in the file beside a row: draws, curves, grids. One group is read at a time."""

from dataclasses import replace
from pathlib import Path

from ..results import Limit, Row

__all__ = ["read_group", "with_curve"]


def read_group(folder: Path, row: Row, group: str):
    """One group of the NetCDF file beside a row, as an xr.Dataset in memory."""
    import xarray as xr

    return xr.load_dataset(folder / row.file.name, group=group, engine="h5netcdf")


def with_curve(folder: Path, limit: Limit) -> Limit:
    """A stored limit with the curve of its profile."""
    found = read_group(folder, limit, "profile")
    values, delta_chi2 = found[limit.parameter].values, found["delta_chi2"].values
    return replace(limit, profile=replace(limit.profile, values=values, delta_chi2=delta_chi2))
