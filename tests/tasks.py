"""What worker processes do in test_parallel.py: a module that is quick to import, since each process does."""

import os
import time
from pathlib import Path


def square(x):
    return x * x


def die_once(item):
    """Kill the process that is first to try number 3."""
    number, flag = item
    if number == 3 and not Path(flag).exists():
        Path(flag).touch()
        os._exit(1)
    return number * number


def die_always(x):
    os._exit(1)


def touch_and_sleep(path):
    """Say which process this is, and take longer than anybody waits."""
    Path(path).write_text(str(os.getpid()))
    time.sleep(300)
