"""Constants of nature and unit conversions; energies are keV throughout.

CODATA 2018 for the masses and couplings, the low-energy weak mixing angle in the MS-bar scheme, natural
xenon.
"""

from math import pi, sqrt

ELECTRON_MASS = 510.99895  # keV
FERMI_CONSTANT = 1.1663787e-17  # keV^-2
FINE_STRUCTURE = 1 / 137.035999
SIN2_THETA_W = 0.23857  # at zero momentum transfer

HBAR_C = 1.973269804e-8  # keV cm
KEV2_CM2 = HBAR_C**2  # cm^2 for one keV^-2

AVOGADRO = 6.02214076e23  # 1/mol
XENON_MOLAR_MASS = 131.293  # g/mol, natural abundance
ATOMS_PER_TONNE = AVOGADRO * 1e6 / XENON_MOLAR_MASS
ATOMIC_MASS = 931_494.10242  # keV, one u
SECONDS_PER_YEAR = 365.25 * 86400.0

#: G_F^2 m_e / 2 pi, the size of the weak cross section [cm^2 / keV].
WEAK_STRENGTH = FERMI_CONSTANT**2 * ELECTRON_MASS / (2 * pi) * KEV2_CM2
#: pi alpha^2 / m_e^2, the size of the magnetic one for one Bohr magneton [cm^2].
MAGNETIC_STRENGTH = pi * FINE_STRUCTURE**2 / ELECTRON_MASS**2 * KEV2_CM2
#: sqrt(2) pi alpha / G_F, which turns charges and radii into a shift of g_V [keV^2].
PHOTON_OVER_WEAK = sqrt(2) * pi * FINE_STRUCTURE / FERMI_CONSTANT

FLAVOURS = ("nu_e", "nu_mu", "nu_tau")
