"""nutpie without Matplotlib: it imports all of ArviZ, figures too, for two functions that arviz_base has.

That is a second of every process that samples. Whoever imports ``arviz`` afterwards gets all of it.
"""

import sys
from typing import Any

import arviz_base

_NEEDS_NO_FIGURES = "arviz" not in sys.modules
if _NEEDS_NO_FIGURES:
    sys.modules["arviz"] = arviz_base
try:
    import nutpie
    from nutpie import compile_pymc
    from nutpie.compile_pymc import CompiledPyMCModel
finally:
    if _NEEDS_NO_FIGURES:
        del sys.modules["arviz"]

#: An intrinsic of Numba's, which no checker sees.
address_as_void_pointer: Any = vars(compile_pymc)["address_as_void_pointer"]

__all__ = ["CompiledPyMCModel", "address_as_void_pointer", "nutpie"]
