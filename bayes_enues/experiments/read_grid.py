"""A response tabulated at values of several nuisances, such as light and charge yields of a simulation."""

from collections.abc import Mapping

import numpy as np

from ..errors import InputError
from ..tables import read_arrays
from .experiment import ResponseGrid
from .moving import GRID
from .read_tables import Tables
from .schema import ExperimentFile

APART = 2e-3  # of the largest number: by how much the table may differ from the experiment's own at zero


def read_grid(
    tables: Tables,
    settings: ExperimentFile,
    e_er: np.ndarray,
    weights: np.ndarray,
    response: np.ndarray,
    exposures: np.ndarray,
    components: Mapping[str, np.ndarray],
    kept: np.ndarray,
) -> tuple[ResponseGrid, ...]:
    """The table that ``[response_grid]`` names, or none if no nuisance of this variant moves it.

    Parameters
    ----------
    tables, settings
        Of the experiment.
    e_er, weights : (n_er,)
        Recoil energies of the response, and their quadrature weights [keV].
    response : (n_bins, n_er)
        With all nuisances at zero, exposures and weights included: the table agrees with it there, and is
        replaced by it, as it may be written with other digits.
    exposures : (n_bins,)
    components : mapping of str to (n_bins,)
        The same of what is no signal.
    kept : (n_fitted,)
        Which bins are fitted.

    Raises
    ------
    InputError
        If the table does not fit the experiment, or holds what is no probability.
    """
    wanted = {n.name for n in settings.nuisances if n.moves == GRID}
    spec = settings.response_grid
    if spec is None or settings.response is None or not wanted:
        return ()
    where, names = tables.name(spec.table), spec.nuisances
    if wanted != set(names):
        raise InputError(f"{where}: response_grid is of {sorted(names)}, but {sorted(wanted)} move it")
    table = read_arrays(tables.folder.joinpath(spec.table), (*names, "e_keV", "response", *spec.components))
    tables.provenance[spec.table], tables.hashes[spec.table] = table.provenance, table.sha256
    nodes = tuple(table[name] for name in names)
    shape = tuple(node.size for node in nodes)
    if table["e_keV"].shape != e_er.shape or np.any(np.abs(table["e_keV"] - e_er) > 1e-6 * e_er):
        raise InputError(f"{where}: e_keV are not the energies of {settings.response.table!r}")
    for name in ("response", *spec.components):
        rest = (e_er.size, exposures.size) if name == "response" else (exposures.size,)
        if table[name].shape != (*shape, *rest):
            raise InputError(f"{where}: {name} has shape {table[name].shape}; {(*shape, *rest)} was needed")
        if np.any(table[name] < 0) or (name == "response" and np.any(table[name] > 1)):
            raise InputError(f"{where}: {name} holds numbers below zero, or probabilities above one")
    if not all(np.any(node == 0) for node in nodes):
        raise InputError(f"{where}: {sorted(names)} lack the value 0, where the response is the nominal one")
    zero = tuple(int(np.flatnonzero(node == 0)[0]) for node in nodes)
    response_of = np.swapaxes(table["response"], -1, -2) * weights * exposures[:, None]
    found = {"response": response_of, **{c: table[c] for c in spec.components}}
    for name, nominal in {"response": response, **{c: components[c] for c in spec.components}}.items():
        if np.any(np.abs(found[name][zero] - nominal) > APART * nominal.max()):
            raise InputError(f"{where}: {name} at zero is not the experiment's own")
        found[name][zero] = nominal
    responses = np.ascontiguousarray(found.pop("response")[..., kept, :])
    return (ResponseGrid(names, nodes, responses, {c: v[..., kept] for c, v in found.items()}),)
