"""Passes on the warnings a user should see, once each."""

import contextlib
import logging
import sys
import warnings
from pathlib import Path
from typing import Any, Iterator, Optional, Set

from fsop_driver import failures, typechecks
from fsop_driver.protocol import Channel


class _Forward(logging.Handler):
    """Sends log records of warnings and worse as ``log`` events."""

    def __init__(self, send: Any) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            message = record.getMessage()
            # Said already, with the line of the definitions (`Session.warn_of_missing_data`).
            if "FileSource path does not exist" not in message:
                self._send(message, logger=record.name)


@contextlib.contextmanager
def collected(channel: Channel, repo: Path) -> Iterator[None]:
    """Turns Python warnings and log records into ``log`` events while the block runs.

    A warning that points at the user's files comes with file and line. A
    ``DeprecationWarning`` about code that is not the user's is nobody's business here.
    """
    sent: Set[str] = set()

    def send(message: str, **fields: Any) -> None:
        key = f"{message}\n{fields.get('file')}:{fields.get('line')}"
        if key not in sent:
            sent.add(key)
            channel.log("warning", message, **fields)

    def show(
        message: Any, category: type, filename: str, lineno: int, file: Optional[Any] = None, line: Optional[str] = None
    ) -> None:
        filename, lineno = typechecks.caller(filename, lineno)
        if failures.is_users(filename):
            send(str(message), file=filename, line=lineno, text=failures.source_line(filename, lineno))
        # That a kind of view is experimental is Feast's to say once, not at every run.
        elif "experimental feature" in str(message):
            return
        elif not issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)):
            send(str(message))

    handler = _Forward(send)
    root = logging.getLogger()
    root.addHandler(handler)
    previous = warnings.showwarning
    warnings.showwarning = show  # type: ignore[assignment]
    if not sys.warnoptions:
        # Python shows a DeprecationWarning of `__main__` only; definitions are modules.
        warnings.filterwarnings("default", category=DeprecationWarning)
    try:
        yield
    finally:
        warnings.showwarning = previous
        root.removeHandler(handler)
