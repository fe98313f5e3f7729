"""Imports Feast in half the time, with every check that it makes.

Feast decorates its classes with typeguard's ``@typechecked``. For each method of each
class that parses, rewrites and compiles the whole module anew: more than half of the time
that ``import feast`` takes, for methods most of which are never called. Here the rewriting
waits for a method's first call. The checks, and their errors, are typeguard's own.
"""

import contextlib
import functools
import sys
from types import FrameType, FunctionType
from typing import Any, Callable, Iterator, Optional, Union

Instrument = Callable[[Any], Union[FunctionType, str]]


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Defers typeguard's work for the modules of Feast that are imported in the block.

    Does nothing where typeguard is missing or works in another way.
    """
    try:
        from typeguard import _decorators as decorators

        original: Instrument = decorators.instrument
    except (ImportError, AttributeError):
        yield
        return
    decorators.instrument = _deferring(original)
    try:
        yield
    finally:
        decorators.instrument = original


def _deferring(original: Instrument) -> Instrument:
    def instrument(function: Any) -> Union[FunctionType, str]:
        # A function inside a function may need its surroundings, which will be gone.
        if not _is_feasts(function) or "<locals>" in function.__qualname__:
            return original(function)

        @functools.wraps(function)
        def checked_at_first_call(*args: Any, **kwargs: Any) -> Any:
            return checked()(*args, **kwargs)

        @functools.lru_cache(maxsize=None)
        def checked() -> Callable[..., Any]:
            result = original(function)
            return function if isinstance(result, str) else result

        return checked_at_first_call  # type: ignore[return-value]

    return instrument


def _is_feasts(function: Any) -> bool:
    return (
        isinstance(function, FunctionType)
        and function.__module__.partition(".")[0] == "feast"
        and not hasattr(function, "__wrapped__")
    )


def caller(filename: str, lineno: int) -> "tuple[str, int]":
    """Returns the real place of a warning that points at the wrapper above.

    A warning names the caller of a function (``stacklevel``); here that is the wrapper.
    """
    if filename != __file__:
        return filename, lineno
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != __file__:
        frame = frame.f_back
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else (filename, lineno)
