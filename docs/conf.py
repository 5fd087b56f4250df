"""The documentation site: ``python3 -m uv run --group docs sphinx-build docs docs/_build``.

The pages of this folder are those that a code host shows; ``_toc.yml`` puts them in order. Everything else
is made from its source at each build, by the three small extensions in ``_ext``.
"""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "bayes_enues"
author = "The bayes_enues authors"
copyright = author
version = release = version_of("bayes-enues")

extensions = [
    "pages_from_sources",
    "links",
    "formulas_as_mathml",
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_external_toc",
]
exclude_patterns = ["_build", "jupyter_execute"]  # what MyST-NB takes out of notebooks
# Words such as "values" in a docstring's column of types are attributes of several classes.
suppress_warnings = ["ref.python"]

# Markdown as a code host reads it, and notebooks with the outputs that are stored in them.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True

html_math_renderer = "mathml"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 70
python_use_unqualified_type_names = True
napoleon_google_docstring = False
napoleon_use_rtype = False
toc_object_entries_show_parents = "hide"

copybutton_prompt_text = "$ "

html_theme = "furo"
html_title = "bayes_enues"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
pygments_style = "default"
pygments_dark_style = "monokai"
