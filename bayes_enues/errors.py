"""The one exception for what a user did: it says what came, what was needed and what to do.

Anything else that is raised is a fault of the program, and shows its traceback.
"""


class InputError(ValueError):
    """An input that cannot be used. The command line prints it as one line and exits with status 2."""


class MissingFileError(InputError, FileNotFoundError):
    """A file or folder that was named is not there."""


class WrongKindError(InputError, TypeError):
    """An argument is of the wrong kind altogether."""


class ConvergenceWarning(UserWarning):
    """A posterior is handed out that did not converge."""


class DoubtWarning(UserWarning):
    """Numbers of an experiment contradict each other, so that a unit or a table is likely wrong."""
