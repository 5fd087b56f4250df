"""The PyMC models: :mod:`.counting` is the statistical model; each interaction has one by its name.

``models.magnetic_moment(experiments, free="nu_e")`` is :func:`counting_model` with ``MagneticMoment()``, and
so for every interaction of the package: :func:`bayes_enues.models.pages.page` makes them.
"""

from .counting import counting_model
from .light_mediator_masses import light_mediator_masses
from .pages import Page, page, pages

__all__ = ["counting_model", "light_mediator_masses", *pages()]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Page:
    kind = pages().get(name)
    if kind is None:
        raise AttributeError(f"there is no model {name!r}; the choices are {sorted(__all__)}")
    globals()[name] = page(kind)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)
