"""Numbers that must not change silently: written before a large change, compared after it.

``python benchmarks/frozen_numbers.py write FILE`` computes profile, quadrature and counts of every packaged
interaction, experiment and variant; ``... compare FILE`` computes them again and lists what moved. These are
frozen outputs, not physics: the tests of landmarks are.
"""

import argparse
import json
import sys
import warnings

import numpy as np

import bayes_enues as be

COUNTS, FITS = 1e-12, 1e-6  # relative tolerance of counts, and of fits in units of a region's width
SETS = (["xenonnt_sr0"], ["lz_ws2022"], ["lz_ws2022", "xenonnt_sr0"])
VARIANTS = (["xenonnt_sr0:poisson"], ["lz_ws2022:low_edge"], ["lz_ws2022:nest_ar37"])
MASSES = (1e-3, 10.0, 1e5)
PAGES = {
    "magnetic_moment": be.MagneticMoment,
    "transition_magnetic_moment": be.TransitionMoment,
    "millicharge": be.Millicharge,
    "charge_radius": be.ChargeRadius,
    "anapole_moment": be.AnapoleMoment,
}
MEDIATORS = ("light_vector", "light_axial_vector", "light_scalar", "light_pseudoscalar", "light_tensor")
#: Experiments of today, with their variants that change counts, and interactions that came with them.
TODAY = (
    "lz_ws2022_wide", "lz_ws2022:true_energy", "lz_ws2024", "lz_ws2024:components", "pandax4t_run0",
    "pandax4t_run1", "xenon1t_sr1", "xenon1t_sr1:tritium", "xenonnt_nr", "xenonnt_nr:two_scales",
)  # fmt: skip
NEWER = (
    ("electron_nsi", "ee", {}),
    ("electron_nsi", "emu", {}),
    ("electron_nsi", "ee", {"chirality": "L"}),
    ("heavy_vector", "coupling_over_mass", {}),
    ("heavy_axial_vector", "coupling_over_mass", {}),
    ("heavy_scalar", "coupling_over_mass", {}),
    ("heavy_pseudoscalar", "coupling_over_mass", {}),
    ("heavy_tensor", "coupling_over_mass", {}),
    ("sterile_dipole", "universal", {"mass": 100.0}),
    ("weak_mixing_angle", "sin2_theta_w", {}),
    ("solar_flux", "pp", {}),
    ("light_vector", "coupling", {"mass": 1.0, "charges": "b_minus_l", "normalisation": "left_handed"}),
    ("magnetic_moment", "nu_mu", {"flavours": "density_matrix"}),
)
NUCLEAR = (
    ("solar_flux", "b8", {}),
    ("quark_nsi", "u_ee", {}),
    ("light_vector", "coupling", {"mass": 1e4, "normalisation": "left_handed"}),
)


def fits(model) -> dict:
    """Profile and quadrature of a model with one free parameter."""
    profile, density = be.profile_likelihood(model), be.marginal_density(model)
    return {
        "pieces": [list(piece) for piece in profile.pieces],
        "one_sided": profile.upper_one_sided,
        "best_fit": profile.best_fit,
        "chi2_min": profile.chi2_min,
        "quantiles": [density.quantile(p) for p in (0.05, 0.5, 0.9, 0.95)],
        "log_evidence": density.log_evidence,
    }


def compute(say=lambda words: None) -> dict:
    """Everything, by name."""
    found = {}
    for names in (*SETS[:2], *VARIANTS):
        experiment = be.load_experiment(names[0])
        found[f"counts {names[0]}"] = {
            "standard_model": be.signal_counts(experiment, be.StandardModel()).tolist(),
            "background": experiment.background.tolist(),
            **{
                kind.__name__: be.signal_counts(experiment, kind(1.0, 2.0, 3.0)).tolist()
                for kind in PAGES.values()
            },
        }
    for names in (*SETS, *VARIANTS):
        for page, kind in PAGES.items():
            for free in kind.free_names():
                say(f"{page} {free} {names}")
                found[f"{page} {free} {'+'.join(names)}"] = fits(getattr(be.models, page)(names, free=free))
    for names in SETS:
        for page in MEDIATORS:
            for mass in MASSES:
                say(f"{page} {mass} {names}")
                found[f"{page} {mass:g} {'+'.join(names)}"] = fits(getattr(be.models, page)(names, mass=mass))
    for name in TODAY:
        experiment = be.load_experiment(name)
        found[f"counts {name}"] = {
            "standard_model": be.signal_counts(experiment, be.StandardModel()).tolist(),
            "background": experiment.background.tolist(),
            "MagneticMoment": be.signal_counts(experiment, be.MagneticMoment(1.0, 2.0, 3.0)).tolist(),
        }
    for names in (["lz_ws2024"], ["xenon1t_sr1:tritium"]):
        found[f"magnetic_moment universal {names[0]}"] = fits(be.models.magnetic_moment(names, "universal"))
    for name, rows in (("xenonnt_sr0", NEWER), ("xenonnt_nr", NUCLEAR)):
        for page, free, given in rows:
            words = " ".join(f"{key}={value}" for key, value in given.items())
            say(f"{page} {free} {words} {name}")
            model = getattr(be.models, page)([name], free=free, **given)
            found[f"{page} {free} {words} {name}"] = fits(model)
    return found


def differences(before: dict, after: dict) -> list[str]:
    """What moved by more than its tolerance, in words."""
    moved = []
    for name, old in before.items():
        new = after[name]
        for key in old:
            a, b = (np.asarray(one[key], dtype=float) for one in (old, new))  # None becomes NaN
            if name.startswith("counts"):
                good = np.allclose(a, b, rtol=COUNTS, atol=COUNTS * np.max(np.abs(a)))
            else:
                width = old["pieces"][-1][1] - old["pieces"][0][0]
                unit = 1.0 if key in ("chi2_min", "log_evidence") else width
                good = a.shape == b.shape and np.allclose(
                    a / unit, b / unit, rtol=FITS, atol=FITS, equal_nan=True
                )
            if not good:
                moved.append(f"{name}, {key}: {old[key]} became {new[key]}")
    return moved


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["write", "compare"])
    parser.add_argument("file")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found = compute(lambda words: print(words, file=sys.stderr))
    if options.what == "write":
        with open(options.file, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)
        return
    with open(options.file, encoding="utf-8") as file:
        moved = differences(json.load(file), found)
    print("\n".join(moved) or f"nothing moved: {len(found)} sets of numbers")
    sys.exit(bool(moved))


if __name__ == "__main__":
    main()
