"""Figure of the inputs' influence: results and an Axes in, the Axes out."""

from collections.abc import Mapping, Sequence

from . import plain, title_of

__all__ = ["plot_systematics"]


def plot_systematics(ax, rows: Sequence[Mapping], label: str):
    """Relative change of the upper end for each variation: posterior (filled) and profile (open).

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        Of ``systematics.json``, of one parameter and one experiment.
    label : str
        LaTeX of the parameter.

    Returns
    -------
    Axes
    """
    rows = [row for row in rows if row["label"] != "default"]
    for k, row in enumerate(rows):
        posterior, profile = (100 * row["shift"][s][1] for s in ("posterior", "profile"))
        ax.plot([0, posterior], [k - 0.15] * 2, color="#0072B2", lw=2.5, solid_capstyle="butt")
        ax.plot([0, profile], [k + 0.15] * 2, color="#D55E00", lw=1)
        ax.plot(posterior, k - 0.15, "o", ms=4, color="#0072B2", label="posterior" if k == 0 else None)
        ax.plot(
            profile, k + 0.15, "s", ms=4, mfc="white", color="#D55E00", label="profile" if k == 0 else None
        )
    ax.axvline(0, color="0.3", lw=0.8)
    ax.grid(axis="x", color="0.9", lw=0.5)
    ax.set_axisbelow(True)
    ax.set_yticks(range(len(rows)), [plain(row["label"]) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(f"change of the bound on {label} [%]")
    ax.set_title(title_of(rows[0]["experiment"]), fontsize=9)
    return ax
