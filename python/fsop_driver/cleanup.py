"""Files that must not outlive the process, however it is stopped."""

import contextlib
import os
import signal
from pathlib import Path
from types import FrameType
from typing import Optional, Set

_temporary: Set[Path] = set()
# The real one, whatever stands in its place while definitions load.
_exit = os._exit


def add(path: Path) -> None:
    """Has ``path`` removed if the process is told to stop before ``discard``."""
    _temporary.add(path)


def discard(path: Path) -> None:
    """Forgets ``path``: it is gone, or has become the real file."""
    _temporary.discard(path)


def stop(number: int, _frame: Optional[FrameType] = None) -> None:
    """Ends the process at once, as a shell reports it: 128 + the signal's number.

    Not by an exception: definitions and Feast may catch it and carry on. Every file the
    driver writes is put in place by a rename, so nothing is left half written.
    """
    for path in list(_temporary):
        with contextlib.suppress(OSError):
            path.unlink()
    _exit(128 + number)


def on_signals() -> None:
    """Stops the process on SIGINT, SIGTERM and SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is not None:
            signal.signal(number, stop)
