"""Neutrino anapole moments."""

from bayes_enues.interactions import AnapoleMoment

from .counting import counting_model


def anapole_moment(experiments, free="nu_e", prior=None, spectrum="templates", fixed=AnapoleMoment()):
    """Model of the anapole moments, 1e-32 cm^2, of either sign.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        ``nu_e``, ``nu_mu``, ``nu_tau``, several of them, or ``universal``.
    prior : callable or mapping, optional
        By default flat in the moment.
    spectrum : str
        ``templates`` or ``chain``.
    fixed : AnapoleMoment
        Values of the moments that are not free.

    Returns
    -------
    pm.Model
    """
    return counting_model(fixed, experiments, free, prior, spectrum)
