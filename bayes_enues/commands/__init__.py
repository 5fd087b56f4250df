"""The commands of ``bayes-enues``: one file each, thin around the library."""
