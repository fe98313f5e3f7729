"""JSON lines in, JSON lines out, on streams that nobody else can touch."""

import json
import os
import sys
import threading
from typing import Any, Callable, Dict, Optional

from fsop_driver.errors import REQUEST_INVALID, DriverError

Redact = Callable[[str], str]


class ReaderGone(BaseException):
    """Whoever started the driver closed the pipe: there is nobody left to work for."""


class Channel:
    """The two streams of the protocol.

    Taken away from file descriptors 0 and 1 before anything else is imported: what
    definitions or libraries print, from C as well, goes to stderr, and what they try
    to read from stdin is empty, so that they can neither break a line of the protocol
    nor swallow an answer.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1, newline="\n")
        self._in = os.fdopen(os.dup(0), "r", encoding="utf-8")
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._lock = threading.Lock()
        self.redact: Redact = lambda text: text

    def emit(self, event: str, **fields: Any) -> None:
        """Sends one event; every text in it is redacted, but for the user's own rows.

        Raises:
            ReaderGone: the other side closed the pipe.
        """
        line = json.dumps({"event": event, **redacted(fields, self.redact)}, ensure_ascii=False, default=str)
        try:
            with self._lock:
                self._out.write(line + "\n")
        except BrokenPipeError as error:
            raise ReaderGone from error

    def phase(self, phase: str, title: str) -> None:
        """Says which part of the work begins."""
        self.emit("phase", phase=phase, title=title)

    def log(self, level: str, message: str, **fields: Any) -> None:
        """Passes on something the user should read (level ``info`` or ``warning``)."""
        self.emit("log", level=level, message=message, **fields)

    def read_request(self) -> Dict[str, Any]:
        """Returns the first line of stdin.

        Raises:
            DriverError: it is not a JSON object with the keys every operation needs.
        """
        line = self._in.readline()
        try:
            request = json.loads(line)
        except ValueError as error:
            raise DriverError(REQUEST_INVALID, "The request is not a line of JSON.", why=str(error)) from error
        if not isinstance(request, dict) or not isinstance(request.get("op"), str):
            raise DriverError(REQUEST_INVALID, 'The request is not an object with an "op".')
        return request

    def ask(self, ask: str, **fields: Any) -> bool:
        """Asks a question and returns the answer; the end of stdin means no."""
        self.emit("ask", ask=ask, **fields)
        line = self._in.readline()
        try:
            answer = json.loads(line) if line.strip() else {}
        except ValueError:
            return False
        return isinstance(answer, dict) and answer.get("confirm") is True


def redacted(value: Any, redact: Redact, key: Optional[str] = None) -> Any:
    """Returns a copy of a JSON value with every text redacted.

    ``rows`` are the user's own data, asked for by name, and stay as they are.
    """
    if key == "rows":
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: redacted(item, redact, name) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item, redact) for item in value]
    return value
