"""Neutrino charge radii."""

from bayes_enues.interactions import ChargeRadius

from .counting import counting_model


def charge_radius(experiments, free="nu_e", prior=None, spectrum="templates", fixed=ChargeRadius()):
    """Model of the mean squared charge radii, 1e-32 cm^2, of either sign.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        ``nu_e``, ``nu_mu``, ``nu_tau``, several of them, or ``universal``.
    prior : callable or mapping, optional
        By default flat in the radius squared.
    spectrum : str
        ``templates`` or ``chain``.
    fixed : ChargeRadius
        Values of the radii that are not free.

    Returns
    -------
    pm.Model
    """
    return counting_model(fixed, experiments, free, prior, spectrum)
