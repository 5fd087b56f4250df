"""What lies in the file beside a row: draws, curves, grids. Only what is asked for is read."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MissingFileError
from ..results import Check, Density, Limit, Region, Row


def draws_file(folder: str | Path, row: Row) -> Path:
    """The NetCDF file beside a row in a folder of results.

    Raises
    ------
    MissingFileError
        If it is not there. No name that a row holds is followed anywhere else.
    """
    mark = row.fingerprint or ""
    found = sorted(Path(folder).glob(f"rows/*/{mark}.nc")) if re.fullmatch("[0-9a-f]{32}", mark) else []
    if not found:
        raise MissingFileError(f"{folder} holds no draws of the row {mark[:8]}; compute it with --fresh")
    return found[0]


def read_group(folder: str | Path, row: Row, group: str) -> Any:
    """One group of the NetCDF file beside a row, as an xr.Dataset in memory."""
    import xarray as xr

    return xr.load_dataset(draws_file(folder, row), group=group, engine="h5netcdf")


def read_arrays(folder: str | Path, row: Row, group: str, *names: str) -> list[np.ndarray]:
    """Some variables of a group, or coordinates, in a hundredth of the time that the whole group takes."""
    import h5py

    with h5py.File(draws_file(folder, row)) as file:
        return [file[f"{group}/{name}"][()] for name in names]


def read_density(folder: str | Path, limit: Limit) -> Density | None:
    """The exact marginal density of a stored limit; None where draws alone know it."""
    try:
        values, density = read_arrays(folder, limit, "quadrature", limit.parameter, "density")
    except KeyError:  # no such group
        return None
    return Density(values, density, float("nan"))


def with_curve(folder: str | Path, limit: Limit) -> Limit:
    """A stored limit with the curve of its profile."""
    values, delta_chi2 = read_arrays(folder, limit, "profile", limit.parameter, "delta_chi2")
    return replace(limit, profile=replace(limit.profile, values=values, delta_chi2=delta_chi2))


def with_grids(folder: str | Path, region: Region) -> Region:
    """A stored region of mass and coupling with the grids of both statistics."""
    names = [*region.parameters, "delta_chi2", "log_density"]
    x, y, delta, log_density = read_arrays(folder, region, "plane", *names)
    return replace(
        region,
        profile=replace(region.profile, x=x, y=y, delta_chi2=delta),
        posterior=replace(region.posterior, x=x, y=y, log_density=log_density),
    )


def with_arrays(folder: str | Path, check: Check) -> Check:
    """A predictive check with its arrays."""
    stored = read_group(folder, check, "check")
    arrays = {name: stored[name].values for name in ("observed", "bands", "pit", "deviance")}
    return replace(check, **arrays)
