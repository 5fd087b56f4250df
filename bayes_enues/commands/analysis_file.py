"""What a file of an analysis asks: each of its tables as the arguments of a command, all checked."""

import io
import tomllib
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import typer

from ..compiled.feedback import plan_only
from ..errors import InputError
from ..tables import read_text

if TYPE_CHECKING:
    from ..runs.record import RunStep

#: Commands that read what others have written, so that they can be checked only when it is there; what the
#: ``out`` of the whole file is called there.
AFTERWARDS = {"report": "folder", "export": "results"}
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

TEMPLATE = """\
# An analysis for bayes-enues: tables, studies and figures, in this order.
#     bayes-enues run analysis.toml
# A table is a command with its options, named as on the command line (bayes-enues limits --help); what can be
# repeated there is a list here, and an option without a value is true. Its own name is yours to choose.
# These are for every table whose command has such an option:
out = "results"
seed = 20220811
jobs = 2

[moments]
command = "limits"
model = "magnetic_moment"
parameter = ["nu_e", "universal"]
experiment = ["xenonnt_sr0", "lz_ws2022"]

[b_minus_l]
command = "mediators"
model = "light_vector"
mass = [1, 10, 100]
set = { charges = "b_minus_l" }

[plane]
command = "region"
parameter = ["nu_e", "nu_mu"]
experiment = "xenonnt_sr0"

[what_a_prior_does]
command = "priors"
parameter = "nu_e"
experiment = "xenonnt_sr0"
prior = ["flat", "flat_strength", "halfnormal(1e-11 mu_B)"]

[data]
command = "spectrum"
signal = "magnetic_moment:nu_e=9"

[paper]
command = "export"
to = "latex"

[page]
command = "report"
"""


class Analysis(NamedTuple):
    """The steps of a file, and the folder that it names for all of them."""

    steps: tuple["RunStep", ...]
    out: Path


def read_analysis(path: str | Path, group: Any) -> Analysis:
    """What a file asks, every option checked; nothing is computed.

    Parameters
    ----------
    path : path
        A TOML file as :data:`TEMPLATE`.
    group
        The command line, whose commands parse and check their own options.

    Raises
    ------
    InputError
        With the file, the table and the key, if something of it cannot be.
    """
    from ..runs.record import RunStep  # with all that rows rest on, which other commands need not wait for

    try:
        content = tomllib.loads(read_text(Path(path)))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is no TOML: {error}") from None
    tables = {name: table for name, table in content.items() if isinstance(table, dict)}
    everywhere = {name: value for name, value in content.items() if name not in tables}
    if not tables:
        raise InputError(f"{path} has no table; 'bayes-enues run --print-template' shows what one looks like")
    steps, levels, used = [], {}, set()
    for name, table in tables.items():
        where = f"{path}, [{name}]"
        command, options = _command(where, table, group)
        mine = {key: value for key, value in table.items() if key != "command"}
        for key, value in everywhere.items():
            theirs = AFTERWARDS.get(command, key) if key == "out" else key
            if theirs in options:
                used.add(key)
                mine.setdefault(theirs, value)
        steps.append(RunStep(name, command, _arguments(where, command, mine, options)))
        _try(where, mine, steps[-1], group)
        if option := options.get("level"):
            level = mine.get("level", option.default)
            first, other = levels.setdefault((command, str(mine.get("out"))), (name, level))
            if level != other:
                raise InputError(
                    f"{where}, level: [{first}] writes the same file with level {other}; give one of the two "
                    "an out of its own"
                )
    if unused := [key for key in everywhere if key not in used]:
        raise InputError(f"{path}, {unused[0]}: no command of the file has such an option")
    return Analysis(tuple(steps), Path(str(everywhere.get("out", "results"))))


def _command(where: str, table: Mapping[str, Any], group: Any) -> tuple[str, dict[str, Any]]:
    """The command of a table, and its options by the names that a file gives them."""
    choices = [name for name in group.commands if name not in ("run", "schema")]
    command = table.get("command")
    if not isinstance(command, str) or command not in choices:
        raise InputError(f"{where}, command: {command!r} is none; the choices are {choices}")
    options = {}
    for param in group.commands[command].params:
        for name in (o.removeprefix("--") for o in param.opts if not o.startswith("--no-")):
            options[name] = param
    return command, options


def _arguments(
    where: str, command: str, values: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[str, ...]:
    """Keys and values as they would be typed."""
    found: list[str] = []
    for key, value in values.items():
        name = key.replace("_", "-") if key not in options else key
        if name not in options:
            raise InputError(f"{where}, {key}: {command} has no such option; it has {sorted(options)}")
        param, several = options[name], value if isinstance(value, list) else [value]
        if isinstance(value, dict):
            several = [f"{k}={','.join(map(str, v)) if isinstance(v, list) else v}" for k, v in value.items()]
        many = getattr(param, "multiple", False)
        if isinstance(value, list | dict) and not many:
            raise InputError(f"{where}, {key}: {value!r} is several; {command} takes one")
        if getattr(param, "is_flag", False) != isinstance(value, bool):
            needed = "true or false" if getattr(param, "is_flag", False) else "a number or a text"
            raise InputError(f"{where}, {key}: {value!r}; {needed} was needed")
        if any(isinstance(one, list | dict | bool) for one in several) and not isinstance(value, bool):
            raise InputError(f"{where}, {key}: {value!r} holds more than numbers and texts")
        if param.param_type_name == "argument":
            found.append(str(value))
        elif isinstance(value, bool):
            found += [f"--{name}"] if value else param.secondary_opts[:1]  # --no-smc
        else:
            found += [f"--{name}={one}" for one in several]
    return tuple(found)


def _try(where: str, values: Mapping[str, Any], step: "RunStep", group: Any) -> None:
    """Have a command check its options, up to where it would compute."""
    try:
        if step.command in AFTERWARDS:
            group.commands[step.command].make_context(step.command, list(step.arguments))
            return
        with plan_only(), redirect_stdout(io.StringIO()):
            group.main([step.command, *step.arguments], standalone_mode=False)
    except (InputError, UsageError) as error:
        words = error.format_message() if isinstance(error, UsageError) else str(error)
        raise InputError(f"{where}{_key_of(words, values)}: {' '.join(words.split())}") from None


def _key_of(words: str, values: Mapping[str, Any]) -> str:
    """The key that a message speaks of: whose option it names, or whose value it quotes."""
    for key, value in values.items():
        several = [*value, *value.values()] if isinstance(value, dict) else value
        several = several if isinstance(several, list) else [several]
        if f"--{key.replace('_', '-')}" in words or any(repr(one) in words for one in several):
            return f", {key}"
    return ""
