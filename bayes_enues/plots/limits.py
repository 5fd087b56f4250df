"""Limits on one parameter: the Delta chi^2 profile above, the posterior density below, on one axis."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from ..experiments.folder import experiment_names
from ..experiments.published import published_limits
from ..interactions.named import interaction_named
from ..results import Density, Limit, Published, grouped, there
from ..runs.beside import read_arrays, read_density, with_curve
from ..statistics import one_sided_threshold
from .base import (
    EXPLAINED,
    colour_of,
    excluding,
    explain,
    footnote,
    level_words,
    line_of,
    one_legend,
    plain,
    save,
    stacked,
    style,
    title_of,
    unit_label,
)

HISTOGRAM_BINS = 40
TICK = 0.94  # where the ticks of others' limits end below the frame, of the panel's height
ROOM = 6.0  # between the numbers of two ticks [points]


def plot_limit(
    axes: tuple[Axes, Axes], limit: Limit, posterior: Density | np.ndarray, label: str, index: int = 0
) -> tuple[Axes, Axes]:
    """Delta chi^2 profile in the upper panel, posterior density in the lower one, of one parameter.

    Each bound is a line down to the axis, with strokes on the excluded side; the credible region is shaded,
    in pieces where it splits. A full marker stands where the profile crosses the two-sided threshold, an open
    one at the one-sided threshold; a tick at the top is a published bound from the same events. Limits of
    several experiments go into the same panels.

    Parameters
    ----------
    axes : (upper, lower)
        On one horizontal axis, such as a pair of :func:`.base.stacked`.
    limit : Limit
        With the curve of its profile.
    posterior : Density or (n,)
        The exact density, drawn as a curve; or draws, as a histogram that no kernel smears over an edge.
    label : str
        LaTeX of the parameter.
    index : int
        Decides the colour of an experiment that has none of its own.
    """
    top, bottom = axes
    colour, line = colour_of(limit.experiment, index), line_of(limit.experiment, index)
    profile, first = limit.profile, not top.lines
    cut, one_sided = profile.threshold, profile.upper_one_sided
    ends = [end for piece in profile.pieces for end in piece]
    low, high = min(0.0, *ends), max(ends)
    low, high = low - 0.25 * (high - low) * (low < 0), high + 0.25 * (high - low)
    if first:
        _name_axes(top, bottom, limit, label, signed=low < 0)
        top.set_xlim(low, high)
    else:
        top.set_xlim(min(low, top.get_xlim()[0]), max(high, top.get_xlim()[1]))

    name = title_of(limit.experiment)
    top.plot(there(profile.values), there(profile.delta_chi2), color=colour, ls=line, lw=1.3, label=name)
    inner = [(end, k) for piece in profile.pieces for k, end in enumerate(piece) if end != 0 or low < 0]
    mark = {"color": colour, "ls": "none", "ms": 4, "zorder": 5}
    for end, side in inner:
        _bound(top, end, cut, colour, side)
    words = rf"{level_words(limit.level, 'profile')}, $\Delta\chi^2<{cut:.3g}$"
    if one_sided is not None:
        words = f"two-sided {words}"
    top.plot([end for end, _ in inner], [cut] * len(inner), marker="s", **mark)
    explain(top, words, marker="s")
    if one_sided is not None:
        at = one_sided_threshold(limit.level)
        top.plot([one_sided], [at], marker="s", mfc="white", **mark)
        explain(
            top,
            rf"one-sided {level_words(limit.level, 'profile')}, $\Delta\chi^2<{at:.3g}$",
            marker="s",
            mfc="w",
        )
    if limit.published is not None:
        values = [end for end in (limit.published.lower, limit.published.upper) if end is not None]
        transform = top.get_xaxis_transform()
        options = {"ls": "none", "marker": "|", "ms": 11, "mew": 1.8}
        top.plot(values, [1.0] * len(values), color=colour, transform=transform, zorder=6, **options)
        explain(top, f"published {level_words(limit.level, 'profile')}, same events", **options | {"ms": 7})

    values, density = _curve_of(posterior, low < 0)
    bottom.plot(values, density, color=colour, ls=line, lw=1.3)
    bottom.set_ylim(0, max(bottom.get_ylim()[1] if not first else 0.0, 1.12 * density.max()))
    if limit.posterior.converged:
        best = limit.posterior.headline
        pieces = best.pieces or [(values[0], there(best.upper))]
        for piece in pieces:
            inside = np.linspace(*piece, 200)
            bottom.fill_between(inside, np.interp(inside, values, density), color=colour, alpha=0.13, lw=0)
            for side, end in enumerate(piece):
                if end > 0 or best.pieces:
                    _bound(bottom, end, float(np.interp(end, values, density)), colour, side)
        if limit.found is not None:
            at = 0.96 * bottom.get_ylim()[1]
            for low, high in limit.found.pieces:
                bottom.plot([low, high], [at, at], color=colour, marker="|", ms=5, lw=1.2, ls="-")
            explain(
                bottom,
                f"{level_words(limit.level, 'posterior')}, highest density",
                marker="|",
                ls="-",
                lw=1.2,
            )
        kind = "highest density" if best.pieces else "one-sided"
        bottom.fill_between(
            [], [], color="0.4", alpha=0.25, lw=0, gid=EXPLAINED,
            label=f"{level_words(limit.level, 'posterior')}, {kind}",
        )  # fmt: skip
    explain(bottom, "bound, strokes on the excluded side", ls="-", lw=1, path_effects=excluding())
    return top, bottom


def _name_axes(top: Axes, bottom: Axes, limit: Limit, label: str, signed: bool) -> None:
    cut, level = limit.profile.threshold, limit.level
    bottom.set_xlabel(f"{label} [{unit_label(limit.unit)}]")
    top.set_ylabel(r"profile $\Delta\chi^2$")
    bottom.set_ylabel("posterior density")
    top.set_ylim(0, 2.4 * cut)
    lines = [(cut, "-", "two-sided " if limit.profile.upper_one_sided is not None else "")]
    if limit.profile.upper_one_sided is not None:
        lines.append((one_sided_threshold(level), ":", "one-sided "))
    for height, dashes, side in lines:
        top.axhline(height, color="0.6", lw=0.6, ls=dashes, zorder=0)
        top.annotate(
            f"{side}{level_words(level, 'profile')}", (0.5 if signed else 0.02, height), (0, 1.5),
            ("axes fraction", "data"), textcoords="offset points", color="0.3", fontsize=6, va="bottom",
            ha="center" if signed else "left", zorder=1,
        )  # fmt: skip


def _bound(ax: Axes, at: float, height: float, colour: str, side: int) -> None:
    """A line from the curve to the axis; the excluded side is beyond an upper end, below a lower one."""
    ax.plot([at, at], [height, 0], color=colour, ls="-", lw=0.9, path_effects=excluding(60 if side else -60))


def _curve_of(posterior: Density | np.ndarray, signed: bool) -> tuple[np.ndarray, np.ndarray]:
    """The density as a curve, (n,) each: steps of a histogram where there are only draws."""
    if isinstance(posterior, Density):
        values = np.linspace(posterior.values[0], posterior.values[-1], 801)
        return values, posterior.at(values)
    edges = np.linspace(posterior.min() if signed else 0.0, posterior.max(), HISTOGRAM_BINS + 1)
    height = np.histogram(posterior, edges)[0] / (len(posterior) * np.diff(edges))
    return np.repeat(edges, 2)[1:-1], np.repeat(height, 2)


def plot_others(
    ax: Axes, limits: Sequence[Limit], numbers: dict[str, int], own: Sequence[Published] = ()
) -> list[Published]:
    """Numbered ticks at the top for what others publish on the same parameter, from other events.

    ``own`` are a user's. Those in view are drawn and returned; ``numbers`` counts them over all panels, for
    the footnote. They stand above the frame, where no curve crosses them, those of close ticks apart; dashed
    is what does not state its level or statistic.
    """
    ours, first = {part for one in limits for part in one.experiment.split("+")}, limits[0]
    left, right = ax.get_xlim()
    drawn, ticks = [], []
    for other in (*published_limits(), *own):
        if not other.is_of(first) or ours & set(other.beside.split("+")):
            continue
        values = [end for end in (other.lower, other.upper) if end is not None and left < end < right]
        for value in values:
            number = numbers.setdefault(_of_other(other), len(numbers) + 1)
            ticks.append((value, number, other.is_stated))
        drawn += [other] if values else []
    dpi = there(ax.get_figure(root=True)).dpi
    width = ax.bbox.width * 72 / dpi / (right - left)  # points a unit
    ticks.sort()
    for (value, number, stated), aside in zip(ticks, _aside([v[0] * width for v in ticks]), strict=True):
        ax.annotate(
            f"{number}", (value, TICK), (aside, (1 - TICK) * ax.bbox.height * 72 / dpi + 2.5),
            ("data", "axes fraction"), textcoords="offset points", ha="center", va="bottom", fontsize=5.5,
            color="0.35", zorder=6,
            arrowprops={
                "arrowstyle": "-", "color": "0.35", "lw": 0.8, "shrinkA": 0, "shrinkB": 0,
                "ls": "-" if stated else (0, (2, 1)),
            },
        )  # fmt: skip
    return drawn


def _aside(places: Sequence[float]) -> np.ndarray:
    """How far each number stands from its tick, so that none covers another; rising places [points]."""
    at = np.array(places)
    for _ in range(100):
        gap = np.maximum(ROOM - np.diff(at), 0)
        at[1:] += gap / 2
        at[:-1] -= gap / 2
    return at - places


def _of_other(other: Published) -> str:
    """What a footnote says of a published limit."""
    level = "level not stated" if other.confidence is None else f"{100 * other.confidence:g} % CL"
    statistic = (other.statistic or "statistic not stated").replace("Delta chi2", r"$\Delta\chi^2$")
    known = all(name in experiment_names() for name in other.experiment.split("+"))
    title = title_of(other.experiment) if known else plain(other.experiment)
    atom = other.atomic_model and f"atomic model: {other.atomic_model}"
    how = [atom, other.convention, "" if other.read_in == "full text" else other.read_in]
    return ", ".join([title, level, statistic, *(plain(words) for words in how if words), other.source])


def limit_legend(fig: Figure, axes: Sequence[Axes]) -> Legend:
    """One legend above all panels of :func:`plot_limit`."""
    return one_legend(fig, axes)


def _drawn(
    panels: Sequence, groups: Sequence[Sequence[Limit]], folder: Path, own: Sequence[Published] = ()
) -> list[str]:
    """Each group of limits in its pair of panels; the lines of the footnote."""
    numbers: dict[str, int] = {}
    unseen: list[str] = []
    for pair, members in zip(panels, groups, strict=True):
        for index, limit in enumerate(members):
            density = read_density(folder, limit)
            if density is None:
                density = read_arrays(folder, limit, "posterior", limit.parameter)[0].ravel()
            label = interaction_named(limit.model).label(limit.parameter)
            plot_limit(pair, with_curve(folder, limit), density, label, index)
        mine = [one for one in own if one.is_of(members[0])]
        drawn = plot_others(pair[0], members, numbers, mine)
        unseen += [_of_other(one) for one in mine if one not in drawn]
    others = "; ".join(f"({k}) {words}" for words, k in numbers.items())
    said = "Numbered ticks, published from other events, dashed where not stated how: "
    return [f"{said}{others}."] * bool(others) + [f"Outside the axes: {'; '.join(unseen)}."] * bool(unseen)


def warm_up() -> None:
    """Lay out and draw a figure that nobody sees: the first one of a process takes a second longer."""
    import h5netcdf  # noqa: F401 - what draws are written with
    import xarray  # noqa: F401
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    with style():
        fig, ((top, bottom),) = stacked(1, 1)
        top.plot([0, 1], label=r"$\Delta\chi^2<2.71$")
        values = np.linspace(0.0, 1.0, 5)
        bottom.plot(*_curve_of(Density(values, np.exp(-values), one_sided_threshold(0.9)), False))
        bottom.set_xlabel(r"$\mu_{\nu_e}$ [$10^{-12}\,\mu_B$]")
        one_legend(fig, [top])
        FigureCanvasAgg(fig).print_png(BytesIO())
        FigureCanvasPdf(fig).print_pdf(BytesIO())


def limits_figure(limits: Sequence[Limit], path: Path, own: Sequence[Published] = ()) -> list[Path]:
    """A pair of panels a parameter: profile and posterior of every experiment.

    From rows and what lies beside them in the path's folder.

    ``own`` are a user's published limits, drawn with those of the package.
    """
    parameters = grouped(limits, "parameter")
    with style():
        fig, panels = stacked(len(parameters), 2)
        footnote(fig, _drawn(panels, list(parameters.values()), path.parent, own))
        limit_legend(fig, panels[0])
        return save(fig, path)


def profiles_figure(
    limits: Sequence[Limit], models: Sequence[str], parameters: Sequence[str], path: Path
) -> list[Path]:
    """A row of pairs of panels a model, a pair a parameter; variants of experiments are left out."""
    found = grouped((one for one in limits if ":" not in one.experiment), "model", "parameter")
    with style():
        fig, panels = stacked(len(models) * len(parameters), len(parameters), width=2.9, height=3.4)
        places = [found[model, name] for model in models for name in parameters]
        footnote(fig, _drawn(panels, places, path.parent))
        limit_legend(fig, [ax for pair in panels[:: len(parameters)] for ax in pair])
        return save(fig, path)
