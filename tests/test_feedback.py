"""What takes long says so: in a log a line now and then, in a terminal a bar, nothing of what is quick."""

import sys
import time
import types

import pytest

from bayes_enues.compiled import feedback as module
from bayes_enues.compiled.feedback import feedback


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "DELAY", 0.05)
    monkeypatch.setattr(module, "EVERY", 0.1)
    monkeypatch.setattr(module, "TICK", 0.01)
    monkeypatch.setattr(module, "_kind", lambda: module._Display)


def test_a_log_gets_a_line_now_and_then_with_count_and_words(capsys):
    with feedback("limits", 12, "rows") as tell:
        tell(3, "nu_e from lz_ws2022: sampling")
        time.sleep(0.5)
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert 2 <= len(lines) <= 5
    assert set(lines) == {"limits: 3 of 12 rows, 0:00: nu_e from lz_ws2022: sampling"}


def test_what_is_quick_says_nothing(capsys):
    with feedback("limits", 12, "rows") as tell:
        tell(12, "done")
    assert capsys.readouterr() == ("", "")


def test_what_is_called_by_something_that_speaks_hands_its_words_on(capsys):
    with feedback("limits", 2, "rows") as tell:
        tell(1, "nu_e")
        with feedback("posterior") as inner:
            inner(7, "compiling")
            time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("limits: 1 of 2 rows") and line.endswith(": compiling") for line in lines)


def test_a_worker_is_quiet(capsys, monkeypatch):
    monkeypatch.setattr(module, "_QUIET", types.SimpleNamespace(is_set=lambda: True))
    with feedback("limits", 2, "rows") as tell:
        tell(1, "nu_e")
        time.sleep(0.2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("width", [40, 80])
def test_bar_and_count_stay_however_long_the_words_are(capsys, monkeypatch, width):
    monkeypatch.setattr(module, "_kind", lambda: module._Bar)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    with feedback("limits", 12, "rows") as tell:
        tell(3, "a message much longer than a terminal is wide " * 4)
        time.sleep(0.2)
    shown = capsys.readouterr().err
    assert "3 of 12 rows" in shown
    assert "limits" in shown


def test_a_notebook_gets_one_output_that_is_empty_in_the_end(monkeypatch):
    shown = []
    handle = types.SimpleNamespace(update=shown.append)
    display = types.ModuleType("IPython.display")
    display.HTML = str
    display.display = lambda words, display_id: shown.append(words) or handle
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(module, "_kind", lambda: module._Cell)
    with feedback("limits", 12, "rows") as tell:
        tell(3, "<nu_e>")
        time.sleep(0.2)
    assert '<progress max="12" value="3">' in shown[0]
    assert "&lt;nu_e&gt;" in shown[0]
    assert shown[-1] == ""
