"""The command line, ``bayes-enues``. Each command lives in its own file of :mod:`bayes_enues.commands`."""

import sys
import traceback
import warnings
from importlib import import_module

import typer

from .errors import ConvergenceWarning, InputError

__all__ = ["COMMANDS", "app", "main"]

INTERRUPTED = 130  # what typer makes of Ctrl-C
FAULT = (
    "bayes-enues: this is a fault of the program, not of its input; please report it with the lines above "
    "and the command (see CONTRIBUTING.md). Finished rows are kept.\n"
)

#: Command to the module and function that run it.
COMMANDS = {
    "limits": "limits:limits",
    "mediators": "mediators:mediators",
    "region": "region:region",
    "reproduce": "reproduce:reproduce",
    "spectrum": "spectrum:spectrum",
    "data": "data:data",
    "priors": "priors:priors",
    "systematics": "systematics:systematics",
    "check": "check:check",
    "compare": "compare:compare",
    "coverage": "coverage:coverage",
    "calibrate": "calibrate:calibrate",
    "project": "project:project",
    "report": "report:report",
}

app = typer.Typer(
    help="What LZ and XENONnT say about new neutrino-electron interactions: posterior beside profile.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _where in COMMANDS.items():
    _module, _, _function = _where.partition(":")
    app.command(_name)(getattr(import_module(f"bayes_enues.commands.{_module}"), _function))


def main() -> None:
    """Run a command; whatever is wrong with its input comes out as one line and exit status 2.

    Anything else is a fault of the program and shows its traceback, with what to do about it.
    """
    warnings.simplefilter("ignore", ConvergenceWarning)  # tables say it, row by row
    try:
        app(standalone_mode=True)
    except InputError as error:
        sys.stderr.write(f"bayes-enues: {error}\n")
        sys.exit(2)
    except Exception:
        traceback.print_exc()
        sys.stderr.write(FAULT)
        sys.exit(1)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            sys.stderr.write("bayes-enues: interrupted; finished rows are kept, run again to go on\n")
        raise
