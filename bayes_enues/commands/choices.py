"""What can be chosen: said at the end of each ``--help``, and offered when a shell completes a word."""

from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperCommand


def _kinds() -> dict[str, tuple[str, ...]]:
    """Models and their parameters."""
    from ..runs.choices import models_and_parameters

    return models_and_parameters()


def _experiments() -> dict[str, list[str]]:
    """Experiments and their variants, then the sets."""
    from ..runs.choices import experiments_and_variants, sets_and_members

    return experiments_and_variants() | {name: [] for name in sets_and_members()}


def complete_model(incomplete: str) -> list[str]:
    return [name for name in (*_kinds(), "all") if name.startswith(incomplete)]


def complete_mediator(incomplete: str) -> list[str]:
    return [name for name in complete_model(incomplete) if name.startswith(("light_", "sterile_dipole"))]


def complete_parameter(ctx: typer.Context, incomplete: str) -> list[str]:
    kinds = _kinds()
    asked = ctx.params.get("model") or ["magnetic_moment"]
    known = dict.fromkeys(name for model in asked for name in kinds.get(model, ()))
    return [name for name in known if name.startswith(incomplete)]


def complete_experiment(incomplete: str) -> list[str]:
    begun, plus, last = incomplete.rpartition("+")
    every = [
        name if variant is None else f"{name}:{variant}"
        for name, variants in _experiments().items()
        for variant in (None, *variants)
    ]
    return [begun + plus + name for name in every if name.startswith(last)]


class Command(TyperCommand):
    """A command whose help ends with an example and with what its options can be."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return (self.help or "").partition("\n")[0]  # whole; the list of commands folds it

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        options = {param.name for param in self.params}
        if self.epilog:
            with formatter.section("Example"):
                formatter.write(f"{'':{formatter.current_indent}}{self.epilog}\n")
        if "model" in options:
            by_parameters: dict[tuple[str, ...], list[str]] = {}
            for name, parameters in _kinds().items():
                by_parameters.setdefault(parameters, []).append(name)
            _list(formatter, "Models: parameters", ((models, p) for p, models in by_parameters.items()))
        if "experiment" in options:
            from ..runs.choices import sets_and_members

            sets = sets_and_members()
            named = [([n], sets.get(n, [f":{v}" for v in vs])) for n, vs in _experiments().items()]
            _list(formatter, "Experiments: variants, and what is in a set", named)


def _list(formatter: Any, title: str, lines: Iterable[tuple[Iterable[str], Iterable[str]]]) -> None:
    with formatter.section(title):
        for names, members in lines:
            words = ", ".join(names)
            members = ", ".join(members)
            formatter.write_text(f"{words}: {members}" if members else words)
