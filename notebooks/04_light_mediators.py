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
# # Light mediators: limits on a coupling against a mass
#
# A light boson X exchanged between neutrino and electron adds a propagator, $1/(2 m_e E_{er} + m_X^2)$. At
# a fixed mass counts are quadratic in $g^2$, as they are in $\mu^2$ for a magnetic moment, so another mass
# only needs another set of bin templates, and nothing is compiled again.

# %%
# %matplotlib inline
import tempfile

import numpy as np

import bayes_enues as be
from bayes_enues import plots

# %% [markdown]
# ## Five kinds, one recoil spectrum each

# %%
e_er = np.geomspace(0.5, 50, 200)
kinds = {
    "vector": be.LightVector(coupling=3e-7, mass=10),
    "axial vector": be.LightAxialVector(coupling=3e-7, mass=10),
    "scalar": be.LightScalar(coupling=7e-7, mass=10),
    "pseudoscalar": be.LightPseudoscalar(coupling=3e-6, mass=10),
    "tensor": be.LightTensor(coupling=1.4e-7, mass=10),
}
weak = be.recoil_rate(be.StandardModel(), e_er)
with plots.style():
    fig, ax = plots.figure(width=4.2)
    for (name, interaction), line in zip(kinds.items(), ("-", "--", "-.", ":", (0, (5, 1))), strict=True):
        ax.plot(e_er, be.recoil_rate(interaction, e_er) - weak, ls=line, label=name)
    ax.plot(e_er, weak, color="0.6", label="Standard Model")
    ax.set(xscale="log", yscale="log", ylim=(3e-2, 1e2))
    ax.set(xlabel="recoil energy [keV]", ylabel="recoils per t yr keV")
    ax.legend(ncols=2)

# %% [markdown]
# **Figure 1.** What five mediators of 10 keV add to the recoil rate, at couplings near today's limits,
# beside weak scattering (grey). The spectra differ: a pseudoscalar stays flat where the
# others fall.

# %% [markdown]
# ## One mass

# %%
model = be.models.light_vector(["xenonnt_sr0"], mass=10.0)
print(be.limits(model, draws=2500))

# %% [markdown]
# ## Many masses
#
# `be.scan_mediators` computes the rows that its folder does not contain yet. The command
# `bayes-enues mediators` does the same for 40 masses, five kinds and both experiments.

# %%
masses = [1e-2, 1.0, 10.0, 50.0, 200.0, 1e3, 1e4, 1e5]
with tempfile.TemporaryDirectory() as folder:
    table = be.scan_mediators(["light_vector", "light_scalar"], masses, "xenonnt_sr0", out=folder, jobs=1)
found = table.curves()

# %%
with plots.style():
    fig, axes = plots.figure(
        2, 1, width=4.6, height=2.4, sharex=True, gridspec_kw={"height_ratios": [3, 1.3]}
    )
    plots.plot_curves(axes[0], found)
    plots.plot_ratio(axes[1], found)
    axes[0].set_xlabel("")
    axes[0].legend(loc="upper left")

# %% [markdown]
# **Figure 2.** 90 % upper limits on the coupling of a vector (V) and a scalar (S) against the mediator's
# mass: profile at Δχ² = 2.706 (solid, strokes on the excluded side) and posterior (dashed); below, their
# ratio. Up to about 10 keV the propagator is that of a massless boson and the limit a plateau; far above
# the momentum transfer, some 60 keV, only $g^2/m^2$ matters and the limit grows in proportion to the mass.

# %%
for curve in found:
    mass, bound = curve.mass_keV, curve.profile_upper
    plateau = bound[0] / bound[1] - 1
    slope = np.log(bound[-1] / bound[-2]) / np.log(mass[-1] / mass[-2])
    print(f"{curve.model}: plateau flat to {abs(plateau):.1g}, power of the mass at the end {slope:.4f}")

# %% [markdown]
# ## Other charges and the normalisation of Eq. 8
#
# The paper's Eq. 8 has $2\sqrt2\,G_F$; a vector current of left-handed neutrinos gives $\sqrt2\,G_F$, and
# limits stronger by $\sqrt2$. Charges of the flavours and of the electron are options too: here B−L, for
# which all are −1.

# %%
for words, options in (
    ("universal, as printed", {}),
    ("universal, left-handed", {"normalisation": "left_handed"}),
    ("B-L", {"charges": "b_minus_l"}),
):
    interaction = be.LightVector(mass=10.0, **options)
    model = be.models.counting_model(interaction, ["xenonnt_sr0"], free="coupling")
    print(f"{words:24s} g < {be.profile_likelihood(model).upper:.3e}")
