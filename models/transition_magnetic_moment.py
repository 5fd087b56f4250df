"""Transition magnetic moments of Majorana neutrinos."""

from bayes_enues.interactions import TransitionMoment

from .counting import counting_model


def transition_magnetic_moment(
    experiments, free="lambda_1", prior=None, spectrum="templates", fixed=TransitionMoment()
):
    """Model of the transition moments, 1e-12 Bohr magneton.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        ``lambda_1``, ``lambda_2``, ``lambda_3``, or several of them.
    prior : callable or mapping, optional
        By default flat in the moment.
    spectrum : str
        ``templates`` or ``chain``.
    fixed : TransitionMoment
        Values of the moments that are not free.

    Returns
    -------
    pm.Model
    """
    return counting_model(fixed, experiments, free, prior, spectrum)
