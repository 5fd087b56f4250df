"""Light mediators by their letters, and a model of each: shared by the tests of limits, scans and masses."""

import pytest
from marks import slow

import bayes_enues as be

KINDS = {
    "V": be.LightVector,
    "A": be.LightAxialVector,
    "S": be.LightScalar,
    "P": be.LightPseudoscalar,
    "T": be.LightTensor,
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
every_kind_slowly = pytest.mark.parametrize(
    "kind", [k if k is be.LightVector else slow(k) for k in KINDS.values()], ids=KINDS
)


def model(kind, experiment, mass, **options):
    return be.models.counting_model(kind(mass=mass, **options), [experiment], "coupling")
