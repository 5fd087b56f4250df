"""A case of a test that the fast lane leaves out."""

import pytest


def slow(*values, **given):
    return pytest.param(*values, marks=pytest.mark.slow, **given)
