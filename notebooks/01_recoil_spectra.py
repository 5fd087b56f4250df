# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From solar neutrinos to events in xenon
#
# A neutrino from the Sun knocks an electron out of a xenon atom; the detector counts such recoils in bins
# of energy. This notebook goes from the flux to the counts, step by step, for the Standard Model and
# for a magnetic moment. Energies are in keV throughout.

# %%
# %matplotlib inline
import numpy as np

import bayes_enues as be
from bayes_enues import plots

# %% [markdown]
# ## Which neutrinos reach us
#
# The Sun produces electron neutrinos; on their way out a part turns into muon and tau neutrinos. The
# survival probability is averaged over the region in which each source is produced.

# %%
e_nu = np.geomspace(30, 1.5e4, 200)
mixing = be.load_mixing("deSalas2020")
names = {"pp": "pp", "7Be": r"$^7$Be", "8B": r"$^8$B"}
with plots.style():
    fig, ax = plots.figure()
    for source, line in (("pp", "-"), ("7Be", "--"), ("8B", "-.")):
        ax.plot(e_nu, be.survival_probability(e_nu, source, mixing, "b16_gs98"), line, label=names[source])
    ax.set(xscale="log", xlabel="neutrino energy [keV]", ylabel=r"$P_{ee}$", ylim=(0.25, 0.6))
    ax.legend(title="produced like")

# %% [markdown]
# **Figure 1.** Probability that a solar electron neutrino arrives as an electron neutrino, for three
# production regions: vacuum oscillation at low energy, matter conversion at high energy. Recoils of some
# keV come from pp and 7Be neutrinos, far on the left.

# %% [markdown]
# ## How much energy they transfer
#
# A recoil of energy `e_er` needs a neutrino above `minimum_energy(e_er)`. The cross sections are quadratic
# in 1/E_nu at fixed recoil energy, so three moments of the flux above that threshold are enough:
# no integral over neutrino energy remains.

# %%
e_er = np.array([1.0, 10.0, 30.0])
for e, m0 in zip(e_er, be.flux_moments(e_er)[0, 0], strict=True):
    print(f"recoil of {e:4.0f} keV: neutrinos above {be.minimum_energy(e):5.1f} keV, {m0:.3g} nu_e/(cm2 s)")

# %%
e_er = np.geomspace(0.05, 100, 400)
interactions = {
    "Standard Model": be.StandardModel(),
    r"$\mu_{\nu_e} = 10^{-11}\,\mu_B$": be.MagneticMoment(nu_e=10),
    r"$q_{\nu_e} = 2\times10^{-13}\,e$": be.Millicharge(nu_e=2),
    r"$g_V = 3\times10^{-7}$, $m = 10$ keV": be.LightVector(coupling=3e-7, mass=10),
}
with plots.style():
    fig, ax = plots.figure(width=4.2)
    for (label, interaction), line in zip(interactions.items(), ("-", "--", "-.", ":"), strict=True):
        ax.plot(e_er, be.recoil_rate(interaction, e_er), line, label=label)
    ax.set(xscale="log", yscale="log", ylim=(0.1, 3e3))
    ax.set(xlabel="recoil energy [keV]", ylabel="recoils per t yr keV")
    ax.legend()

# %% [markdown]
# **Figure 2.** Recoil rate in xenon before the detector. Weak scattering is flat; the photon of a magnetic
# moment gives 1/E, that of a millicharge 1/E² (and interferes). The steps are the shells of xenon: an
# electron counts once the recoil exceeds its binding energy.

# %% [markdown]
# ## What the detector measures
#
# The response smears with the energy resolution and weights with the efficiency; one row is one bin.

# %%
xenonnt, lz = be.load_experiment("xenonnt_sr0"), be.load_experiment("lz_ws2022")
for experiment in (xenonnt, lz):
    weak = be.signal_counts(experiment, be.StandardModel())
    print(
        f"{experiment.title}: {experiment.exposure:.3g} t yr, {experiment.counts.sum():.0f} events observed, "
        f"{experiment.background.sum():.0f} background, {weak.sum():.1f} from solar neutrinos"
    )

# %%
with plots.style():
    fig, axes = plots.figure(1, 2, width=4.0, height=3.2)
    for ax, experiment, moment in zip(axes, (xenonnt, lz), (10, 20), strict=True):
        shown = {
            "Standard Model": be.StandardModel(),
            rf"$\mu_{{\nu_e}} = {moment}\times10^{{-12}}\,\mu_B$": be.MagneticMoment(nu_e=moment),
        }
        curves = [(label, be.signal_counts(experiment, i)) for label, i in shown.items()]
        plots.plot_spectrum(ax, experiment, curves)

# %% [markdown]
# **Figure 3.** Data of XENONnT SR0 (left) and LZ WS2022 (right) with their errors, the background without
# solar neutrinos (grey), and the expectation with weak scattering (line) and with a magnetic moment as well
# (dashed). LZ's bump is 37Ar, which a nuisance parameter scales. A magnetic moment would show in the first
# bins, where LZ's efficiency rises: that edge is its largest systematic uncertainty.
