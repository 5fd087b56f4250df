"""Which two parameters a plane is of."""

from collections.abc import Sequence

from ...errors import InputError


def plane_indices(free: Sequence[str], parameters: Sequence[str]) -> list[int]:
    """Places of two parameters among the free ones.

    Raises
    ------
    InputError
        If they are not two, the same, or not free.
    """
    if len(parameters) != 2 or parameters[0] == parameters[1]:
        raise InputError(f"a plane needs two different parameters, not {list(parameters)}")
    unknown = [name for name in parameters if name not in free]
    if unknown:
        raise InputError(f"the model has no parameter {unknown}; the choices are {list(free)}")
    return [list(free).index(name) for name in parameters]
