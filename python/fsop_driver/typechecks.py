"""Imports Feast in half the time, with every check that it makes.

Feast decorates its classes with typeguard's ``@typechecked``. For each method of each
class that parses, rewrites and compiles the whole module anew: more than half of the time
that ``import feast`` takes, for methods most of which are never called. Here the rewriting
waits for a method's first call, and is shown a module without the other methods. The
checks, and their errors, are typeguard's own.
"""

import ast
import contextlib
import functools
import inspect
import sys
import threading
from types import FrameType, FunctionType, ModuleType
from typing import Any, Callable, Iterator, List, Optional, Union, cast

Instrument = Callable[[Any], Union[FunctionType, str]]

# The source is passed by the side of typeguard's arguments, which threads must not mix up.
_one_at_a_time = threading.Lock()


def defer() -> None:
    """Defers typeguard's work for the modules of Feast that are imported from now on.

    Does nothing where typeguard is missing or works in another way.
    """
    try:
        from typeguard import _decorators as decorators

        original = cast(Instrument, decorators.instrument)
    except (ImportError, AttributeError):
        return
    decorators.instrument = _deferring(original, decorators)


def _deferring(original: Instrument, decorators: ModuleType) -> Instrument:
    def instrument(function: Any) -> Union[FunctionType, str]:
        # A function inside a function may need its surroundings, which will be gone.
        if not _is_feasts(function) or "<locals>" in function.__qualname__:
            return original(function)

        @functools.wraps(function)
        def checked_at_first_call(*args: Any, **kwargs: Any) -> Any:
            return checked()(*args, **kwargs)

        @functools.lru_cache(maxsize=None)
        def checked() -> Callable[..., Any]:
            with _one_at_a_time, _source_of(function.__qualname__, decorators):
                result = original(function)
            return function if isinstance(result, str) else result

        return checked_at_first_call  # type: ignore[return-value]

    return instrument


class _Source:
    """Stands in for ``inspect`` in typeguard: gives the part of a module that matters."""

    currentframe = staticmethod(inspect.currentframe)

    def __init__(self, qualname: str) -> None:
        self._path = qualname.split(".")

    def getsource(self, module: ModuleType) -> str:
        """Returns the module's source with every other function and class blanked out, line for line."""
        source = inspect.getsource(module)
        lines = source.splitlines(keepends=True)
        for first, last in _others(_parsed(source).body, self._path):
            lines[first - 1 : last] = ["\n"] * (last - first + 1)
        return "".join(lines)


@contextlib.contextmanager
def _source_of(qualname: str, decorators: ModuleType) -> Iterator[None]:
    original = decorators.inspect  # type: ignore[attr-defined]
    decorators.inspect = _Source(qualname)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        decorators.inspect = original  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=None)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _others(statements: List[ast.stmt], path: List[str]) -> Iterator["tuple[int, int]"]:
    """Yields first and last line of the definitions beside the one that ``path`` leads to."""
    for statement in statements:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if statement.name != path[0]:
            first = min([statement.lineno, *(item.lineno for item in statement.decorator_list)])
            yield first, statement.end_lineno or first
        elif isinstance(statement, ast.ClassDef) and len(path) > 1:
            yield from _others(statement.body, path[1:])


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
