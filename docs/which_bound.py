"""The figure of which_bound.md: four bounds on one moment from one likelihood. Run it from anywhere."""

from pathlib import Path

import numpy as np

import bayes_enues as be
from bayes_enues import plots
from bayes_enues.statistics import one_sided_threshold, threshold


def figure(path: Path) -> dict[str, float]:
    """Draw and save; the four bounds."""
    model = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")
    profile = be.profile_likelihood(model, "nu_e", values=np.linspace(0, 13, 131))
    flat = be.marginal_density(model, "nu_e")
    square = flat.reweighted(flat.values)
    bounds = {
        "one-sided profile": profile.upper_one_sided,
        "two-sided profile": profile.upper,
        "flat": flat.quantile(0.9),
        "flat in the square": square.quantile(0.9),
    }
    red, blue = (plots.STATISTICS[name]["color"] for name in ("profile", "posterior"))
    with plots.style():
        fig, ((top, bottom),) = plots.stacked(1, 1, height=3.8)
        top.plot(profile.values, profile.delta_chi2, color=red, ls="-", lw=1.3)
        for cut, name, line in (
            (one_sided_threshold(0.9), "one-sided profile", ":"),
            (threshold(0.9), "two-sided profile", "--"),
        ):
            label = rf"{name}, $\Delta\chi^2<{cut:.3f}$: < {bounds[name]:.2f}"
            top.plot([0, bounds[name]], [cut, cut], color="0.5", ls=line, lw=0.8)
            top.plot([bounds[name]] * 2, [cut, 0], color=red, ls=line, lw=1.0, path_effects=plots.excluding())
            top.plot([], [], color=red, ls=line, lw=1.0, label=label)
        top.set(ylim=(0, 5), ylabel=r"profile $\Delta\chi^2$")
        for density, name, prior, line in (
            (flat, "flat", r"flat in $\mu$", "--"),
            (square, "flat in the square", r"flat in $\mu^2$", "-."),
        ):
            label = f"posterior, {prior}: 90 % CrI < {bounds[name]:.2f}"
            inside, at = density.values <= 13, bounds[name]
            bottom.plot(
                density.values[inside], density.density[inside], color=blue, ls=line, lw=1.3, label=label
            )
            height = float(density.at(np.array([at]))[0])
            bottom.plot([at, at], [height, 0], color=blue, lw=1.0, ls="-", path_effects=plots.excluding())
        bottom.set(xlim=(0, 13), ylim=(0, None), ylabel="posterior density")
        bottom.set_xlabel(rf"{be.MagneticMoment.label('nu_e')} [{plots.unit_label('1e-12 mu_B')}]")
        plots.one_legend(fig, (top, bottom))
        plots.save(fig, path)
    return bounds


if __name__ == "__main__":
    print(figure(Path(__file__).with_suffix("")))
