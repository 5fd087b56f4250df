"""Models of the other interactions, a function each: one or several of its parameters are free."""

from bayes_enues.interactions import (
    DiracMoment,
    ElectronNSI,
    HeavyAxialVector,
    HeavyPseudoscalar,
    HeavyScalar,
    HeavyTensor,
    HeavyVector,
    NeutralCurrentCouplings,
    SolarFlux,
    SterileDipole,
    WeakMixingAngle,
)

from .counting import counting_model


def page(kind):
    """The function that builds the models of one interaction."""
    first = kind.free_names()[0]

    def model(experiments, free=first, prior=None, spectrum="templates", **given):
        return counting_model(kind(**given), experiments, free, prior, spectrum)

    model.__name__ = model.__qualname__ = kind.name
    model.__doc__ = f"""Model of :class:`bayes_enues.{kind.__name__}`.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        Of {", ".join(f"``{name}``" for name in kind.free_names())}.
    prior : callable or mapping, optional
        By default flat in the parameter.
    spectrum : str
        ``templates`` or ``chain``.
    given
        Parameters that are not free, and options of the class.

    Returns
    -------
    pm.Model
    """
    return model


dirac_magnetic_moment = page(DiracMoment)
electron_nsi = page(ElectronNSI)
heavy_axial_vector = page(HeavyAxialVector)
heavy_pseudoscalar = page(HeavyPseudoscalar)
heavy_scalar = page(HeavyScalar)
heavy_tensor = page(HeavyTensor)
heavy_vector = page(HeavyVector)
neutral_current_couplings = page(NeutralCurrentCouplings)
solar_flux = page(SolarFlux)
sterile_dipole = page(SterileDipole)
weak_mixing_angle = page(WeakMixingAngle)
