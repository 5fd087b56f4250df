"""Neutrino magnetic moments."""

from bayes_enues.interactions import MagneticMoment

from .counting import counting_model


def magnetic_moment(experiments, free="nu_e", prior=None, spectrum="templates", fixed=MagneticMoment()):
    """Model of the effective magnetic moments, 1e-12 Bohr magneton.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        ``nu_e``, ``nu_mu``, ``nu_tau``, several of them, or ``universal``.
    prior : callable or mapping, optional
        By default flat in the moment.
    spectrum : str
        ``templates`` or ``chain``.
    fixed : MagneticMoment
        Values of the moments that are not free.

    Returns
    -------
    pm.Model
    """
    return counting_model(fixed, experiments, free, prior, spectrum)
