"""This is the repository, not the package: that is the folder of the same name in it.

Without this file ``import bayes_enues`` from the folder above a clone would give an empty namespace package.
"""

if __name__ == "bayes_enues":
    raise ImportError(
        "this is the folder of the repository, not the package bayes_enues inside it; start Python in the "
        "repository or anywhere but in the folder above it"
    )
