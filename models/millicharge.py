"""Neutrino millicharges."""

from bayes_enues.interactions import Millicharge

from .counting import counting_model


def millicharge(experiments, free="nu_e", prior=None, spectrum="templates", fixed=Millicharge()):
    """Model of the electric charges of the neutrinos, 1e-13 e, of either sign.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        ``nu_e``, ``nu_mu``, ``nu_tau``, several of them, or ``universal``.
    prior : callable or mapping, optional
        By default flat in the charge.
    spectrum : str
        ``templates`` or ``chain``.
    fixed : Millicharge
        Values of the charges that are not free.

    Returns
    -------
    pm.Model
    """
    return counting_model(fixed, experiments, free, prior, spectrum)
