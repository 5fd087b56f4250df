"""``python -m bayes_enues`` is ``bayes-enues``."""

from .cli import main

if __name__ == "__main__":
    main()
