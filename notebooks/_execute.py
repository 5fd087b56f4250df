"""Run notebooks and keep their outputs: ``python notebooks/_execute.py [name ...]`` writes each ``.ipynb``.

The text notebooks (``.py``, percent format) are reviewed; the executed ones are what a code host shows.
"""

import sys
from pathlib import Path

try:
    import jupytext
    import nbclient
except ModuleNotFoundError as error:
    raise SystemExit(
        f"{error}; notebooks need an extra: uv run --extra notebook python notebooks/_execute.py"
    ) from None

FOLDER = Path(__file__).parent
CELL_TIMEOUT = 60  # seconds; the tests hold every cell to it


def text_notebooks() -> list[Path]:
    """The notebooks in their text form."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def execute(path: Path, folder: Path | str = FOLDER, timeout: int = CELL_TIMEOUT):
    """The notebook with the outputs of a fresh run in a folder; an error in a cell is raised."""
    notebook = jupytext.read(path)
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(notebook, timeout=timeout, kernel_name="python3", resources=resources).execute()
    for number, cell in enumerate(notebook.cells):  # nothing that changes from run to run without need
        cell.metadata.pop("execution", None)
        cell["id"] = f"cell-{number}"
    return notebook


if __name__ == "__main__":
    for path in text_notebooks():
        if not sys.argv[1:] or any(path.name.startswith(name) for name in sys.argv[1:]):
            written = path.with_suffix(".ipynb")
            jupytext.write(execute(path, timeout=600), written)
            print(f"{written.name}: {written.stat().st_size / 1e3:.0f} kB")
