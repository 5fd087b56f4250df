"""The figure of which_bound.md: four bounds on one moment from one likelihood. Run it from anywhere."""

from pathlib import Path

import numpy as np

import bayes_enues as be
from bayes_enues import plots
from bayes_enues.fit.marginal import marginal_density
from bayes_enues.statistics import one_sided_threshold, threshold

BLUE, RED = "#0072B2", "#D55E00"


def figure(path: Path) -> dict[str, float]:
    """Draw and save; the four bounds."""
    model = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")
    profile = be.profile_likelihood(model, "nu_e", values=np.linspace(0, 13, 131))
    flat = marginal_density(model, "nu_e")
    square = flat.reweighted(flat.values)
    bounds = {
        "one-sided profile": profile.upper_one_sided,
        "two-sided profile": profile.upper,
        "flat": flat.quantile(0.9),
        "flat in the square": square.quantile(0.9),
    }
    with plots.style():
        fig, (top, bottom) = plots.figure(2, 1, width=4.6, height=2.2, sharex=True)
        top.plot(profile.values, profile.delta_chi2, color="black")
        for cut, name, line in (
            (one_sided_threshold(0.9), "one-sided profile", ":"),
            (threshold(0.9), "two-sided profile", "--"),
        ):
            label = f"{name}: {cut:.3f}, below {bounds[name]:.2f}"
            top.plot([0, bounds[name], bounds[name]], [cut, cut, 0], color="0.35", ls=line, label=label)
        top.set_ylim(0, 5)
        top.set_ylabel(r"$\Delta\chi^2$")
        top.legend(loc="upper left")
        for density, name, colour, line in (
            (flat, "flat", BLUE, "-"),
            (square, "flat in the square", RED, "-."),
        ):
            label = f"posterior, {name}: 90 % below {bounds[name]:.2f}"
            inside = density.values <= 13
            bottom.plot(density.values[inside], density.density[inside], color=colour, ls=line, label=label)
            tail = np.linspace(bounds[name], 13, 60)
            bottom.fill_between(tail, density.at(tail), color=colour, alpha=0.25, lw=0)
        bottom.set_xlim(0, 13)
        bottom.set_ylim(0, 0.21)
        bottom.set_xlabel(rf"{be.MagneticMoment.label('nu_e')} [{plots.unit_label('1e-12 mu_B')}]")
        bottom.set_ylabel("posterior density")
        bottom.legend(loc="upper right")
        plots.save(fig, path)
    return bounds


if __name__ == "__main__":
    print(figure(Path(__file__).with_suffix("")))
