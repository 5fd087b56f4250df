"""Recoils of solar neutrinos, and what a detector makes of them."""
