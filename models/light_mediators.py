"""Light mediators at a given mass: one coupling is free."""

from bayes_enues.interactions import (
    LightAxialVector,
    LightPseudoscalar,
    LightScalar,
    LightTensor,
    LightVector,
)

from .counting import counting_model


def light_vector(experiments, free="coupling", prior=None, spectrum="templates", *, mass, **options):
    """Model of a light vector's coupling at a given mass.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str
        ``coupling``.
    prior : callable or mapping, optional
        By default flat in the coupling.
    spectrum : str
        ``templates`` or ``chain``.
    mass : float
        Of the mediator [keV].
    options
        Of :class:`bayes_enues.LightVector`: ``charges``, ``electron_charge``, ``sign``, ``normalisation``.

    Returns
    -------
    pm.Model
    """
    return counting_model(LightVector(mass=mass, **options), experiments, free, prior, spectrum)


def light_axial_vector(experiments, free="coupling", prior=None, spectrum="templates", *, mass, **options):
    """Model of a light axial vector's coupling at a given mass; arguments as of :func:`light_vector`."""
    return counting_model(LightAxialVector(mass=mass, **options), experiments, free, prior, spectrum)


def light_scalar(experiments, free="coupling", prior=None, spectrum="templates", *, mass, **options):
    """Model of a light scalar's coupling at a given mass; arguments as of :func:`light_vector`."""
    return counting_model(LightScalar(mass=mass, **options), experiments, free, prior, spectrum)


def light_pseudoscalar(experiments, free="coupling", prior=None, spectrum="templates", *, mass, **options):
    """Model of a light pseudoscalar's coupling at a given mass; arguments as of :func:`light_vector`."""
    return counting_model(LightPseudoscalar(mass=mass, **options), experiments, free, prior, spectrum)


def light_tensor(experiments, free="coupling", prior=None, spectrum="templates", *, mass, **options):
    """Model of a light tensor's coupling at a given mass; arguments as of :func:`light_vector`."""
    return counting_model(LightTensor(mass=mass, **options), experiments, free, prior, spectrum)
