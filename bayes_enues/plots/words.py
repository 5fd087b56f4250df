"""What figures call what code has names for: priors, nuisances, variations of inputs."""

import re

from .base import level_words, plain

#: Names in ``experiment.toml`` and in tables of the Sun, in words.
NAMES = {
    "alpha_background": "background",
    "beta_flux": "solar flux",
    "delta_ar37": r"$^{37}$Ar",
    "nest_ar37": r"$^{37}$Ar of NEST",
    "rrpa": "RRPA for all electrons",
    "NuFIT6.0_SK": "NuFIT 6.0 with SK",
    "NuFIT6.1_SK": "NuFIT 6.1 with SK",
    "deSalas2020": "de Salas et al. 2020",
    "baxter2021": "Baxter et al. 2021",
    "b16_gs98": "B16-GS98",
    "b16_agss09met": "B16-AGSS09met",
    "sigma = sqrt(N)": r"errors $\sqrt{N}$",
    "gaussian": "Gaussian",
    "poisson": "Poisson",
    "sin^2 theta12": r"$\sin^2\theta_{12}$",
    "ar37": r"$^{37}$Ar",
    "xe124": r"$^{124}$Xe",
    "xe136": r"$^{136}$Xe",
    "xe127": r"$^{127}$Xe",
    "xe127_xe125": r"$^{127}$Xe and $^{125}$Xe",
    "tritium_c14": r"tritium and $^{14}$C",
    "37Ar": r"$^{37}$Ar",
    "124Xe": r"$^{124}$Xe",
    "127Xe": r"$^{127}$Xe",
    "125Xe": r"$^{125}$Xe",
    "136Xe": r"$^{136}$Xe",
    "14C": r"$^{14}$C",
    "8B": r"$^{8}$B",
    "7Be": r"$^{7}$Be",
}
#: What begins a label of a variation.
BEGINNINGS = {"oscillation ": "oscillation: ", "fluxes ": "solar fluxes: ", "variant ": "variant: "}
FAMILIES = {
    "flat": "flat",
    "flat_strength": "flat in the square",
    "halfnormal": "half-normal",
    "loguniform": "log-uniform",
    "jeffreys": "Jeffreys",
    "quadrature": "quadrature",
    "savage_dickey": "Savage-Dickey",
    "smc": "sequential Monte Carlo",
}


SIDES = {
    "posterior": "posterior, one-sided",
    "profile": "profile, two-sided",
    "profile_one_sided": "profile, one-sided",
}
_LONGEST_FIRST = sorted(NAMES, key=len, reverse=True)
_KNOWN = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in _LONGEST_FIRST))


def prior_words(text: str, signed: bool = False) -> str | None:
    """A prior as the command line writes it, in words; None if the text is no prior.

    ``halfnormal(10)`` is ``half-normal, width 10``; of a signed parameter the two halves are a normal.
    """
    found = re.fullmatch(r"(\w+)(?:\((.*)\))?", text.strip())
    if found is None or found[1] not in FAMILIES:
        return None
    family, numbers = found[1], [part.strip() for part in (found[2] or "").split(",") if part.strip()]
    words = "normal" if signed and family == "halfnormal" else FAMILIES[family]
    if numbers:
        begin = {"halfnormal": ", width ", "loguniform": " from "}.get(family, " on ")
        words += begin + " to ".join(numbers)
    return plain(words.replace("mu_B", "Bohr magneton"))


def in_words(label: str) -> str:
    """A label of a row as a figure shows it, without the names of the code."""
    if (prior := prior_words(label)) is not None:
        return prior
    for begin, words in BEGINNINGS.items():
        if label.startswith(begin):
            label = words + label.removeprefix(begin)
    label = label.replace("$", r"\$")
    parts, names = _KNOWN.split(label), _KNOWN.findall(label)
    parts = [re.sub(r"(?<![\w-])-(?=\d)", "\N{MINUS SIGN}", part) for part in parts]
    parts = [part.replace("_", " ").replace("sigma", "width") for part in parts]
    return "".join(
        part + (NAMES[name] if name else "") for part, name in zip(parts, [*names, ""], strict=True)
    )


def bound_words(statistic: str, level: float) -> tuple[str, str]:
    """The statistic of a bound such as ``posterior_lower``, and what a legend calls it.

    Of a signed parameter both ends have one name, and no sides.
    """
    base = statistic.removesuffix("_lower").removesuffix("_upper")
    return base, f"{SIDES[base] if statistic == base else f'{base},'} {level_words(level, base)}"


def model_words(model: str) -> str:
    """An interaction's name in words: magnetic moment."""
    return model.replace("_", " ")
