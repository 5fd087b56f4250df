"""The command line, ``bayes-enues``. Each command lives in its own file of :mod:`bayes_enues.commands`."""

import atexit
import errno
import gc
import io
import os
import sys
import traceback
import warnings
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, cast

import typer

from .commands.choices import Command
from .compiled.without_dask import allow_dask, spare_dask
from .errors import ConvergenceWarning, DoubtWarning, InputError

INTERRUPTED = 130  # what typer makes of Ctrl-C
FAULT = (
    "this is a fault of the program, not of its input; please report it with the lines above "
    "and the command (see CONTRIBUTING.md). Finished rows are kept."
)
#: What a full disk, a quota or a limit on the size of files says.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: Of a wrong option or a missing argument: typer exports only this child of it.
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

#: Command to the module and function that run it, and to an example.
COMMANDS = {
    "limits": ("limits:limits", "limits --parameter nu_e --experiment xenonnt_sr0"),
    "mediators": ("mediators:mediators", "mediators --model light_vector --mass 1,10,100"),
    "region": ("region:region", "region --parameter nu_e --parameter nu_mu --experiment xenonnt_sr0"),
    "flux": ("flux:flux", "flux --parameter b8 --experiment xenonnt_nr"),
    "reproduce": ("reproduce:reproduce", "reproduce --out paper"),
    "spectrum": ("spectrum:spectrum", "spectrum --signal magnetic_moment:nu_e=9"),
    "data": ("data:data", "data --experiment xenonnt_sr0"),
    "priors": ("priors:priors", "priors --parameter nu_e --experiment xenonnt_sr0 --out priors"),
    "systematics": ("systematics:systematics", "systematics --parameter nu_e --experiment lz_ws2022"),
    "nuisances": ("nuisances:nuisances", "nuisances --parameter nu_e --experiment xenonnt_sr0:marginalised"),
    "check": ("check:check", "check --parameter nu_e --experiment xenonnt_sr0"),
    "compare": ("compare:compare", "compare --parameter nu_e --experiment xenonnt_sr0"),
    "coverage": ("coverage:coverage", "coverage --parameter nu_e --toys 1000 --true-values 0,4,8"),
    "calibrate": ("calibrate:calibrate", "calibrate --parameter nu_e --simulations 100"),
    "expected": ("expected:expected", "expected --parameter universal --experiment xenon"),
    "project": ("project:project", "project --exposure 5 --exposure 20 --background 0.1"),
    "report": ("report:report", "report results"),
    "run": ("run:run", "run analysis.toml"),
    "export": ("export:export", "export --to hepdata --results results"),
    "schema": ("schema:schema", "schema --out schemas"),
}

app = typer.Typer(
    help="What LZ and XENONnT say about new neutrino-electron interactions: posterior beside profile.",
    no_args_is_help=True,
    rich_markup_mode=None,  # it takes units in square brackets for markup
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for _name, (_where, _example) in COMMANDS.items():
    _module, _, _function = _where.partition(":")
    _run = getattr(import_module(f"bayes_enues.commands.{_module}"), _function)
    app.command(_name, cls=Command, epilog=f"bayes-enues {_example}")(_run)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"bayes-enues {version('bayes-enues')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run a command; whatever is wrong with its input comes out as one line and exit status 2.

    So does a disk that is full, or a standard output that nobody reads any more. Anything else is a fault of
    the program and shows its traceback, with what to do about it.
    """
    # Imports and compiled graphs are a million objects that stay: looking through them again and again for
    # circles takes a second of twenty.
    gc.set_threshold(300_000, 20, 100)
    atexit.register(gc.freeze)  # and when all of them go, another two
    spare_dask()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Greek letters on a terminal or in a log without them
            stream.reconfigure(errors="replace")
    warnings.simplefilter("ignore", ConvergenceWarning)  # tables say it, row by row
    warnings.simplefilter("once", DoubtWarning)
    warnings.formatwarning = lambda message, *_, **__: f"{message}\n"
    try:
        status = app(standalone_mode=False) or 0
        if sys.stdout is not None:
            sys.stdout.flush()
    except InputError as error:
        status = _say(str(error), 2)
    except UsageError as error:
        if len(sys.argv) < 2:
            error.show()
            status = error.exit_code
        else:
            command = error.ctx.command_path if error.ctx else "bayes-enues"
            status = _say(f"{error.format_message().rstrip('.')}; see {command} --help", 2)
    except SystemExit as stop:  # typer's for a closed output
        status = _closed(stop) if isinstance(stop.__context__, BrokenPipeError) else int(stop.code or 0)
    except BrokenPipeError as error:
        status = _closed(error)
    except Exception as error:
        full = _full(error)
        if full is None:
            traceback.print_exc()
        status = _say(FAULT, 1) if full is None else _say(full, 2)
    finally:
        allow_dask()  # whoever called this from Python may want it
    if status == INTERRUPTED:
        _say("interrupted; finished rows are kept, run again to go on", status)
    sys.exit(status)


def _say(words: str, status: int) -> int:
    """Write one line to standard error; the exit status."""
    if sys.stderr is not None:
        sys.stderr.write(f"bayes-enues: {' '.join(words.split())}\n")
    return status


def _full(error: BaseException | None) -> str | None:
    """What to say if an error, or one that it came from, is that of a full disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return (
                f"nothing more could be written ({os.strerror(error.errno)}); finished rows are kept: make "
                "room, or choose another --out, and run again"
            )
        error = error.__cause__ or error.__context__
    return None


def _closed(error: BaseException) -> int:
    """Nobody reads what is printed, as after ``| head``: nor must the interpreter try again when it ends."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    return _say("standard output was closed before everything was printed; finished rows are kept", 2)
