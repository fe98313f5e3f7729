"""Remembers which line of the user's files made each Feast object."""

import linecache
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Dict, Optional

_places: Dict[int, Dict[str, Any]] = {}
_alive: Dict[int, Any] = {}


def record(repo: Path) -> None:
    """Notes, from now on, the place in ``repo`` where a Feast object is created.

    The place is the innermost frame of the user's own files; objects that Feast makes
    by itself, such as those read from the registry, have none.
    """
    from feast.base_feature_view import BaseFeatureView
    from feast.data_source import DataSource
    from feast.entity import Entity
    from feast.feature_service import FeatureService
    from feast.permissions.permission import Permission
    from feast.project import Project

    root = f"{repo}/"
    for base in (BaseFeatureView, DataSource, Entity, FeatureService, Permission, Project):
        base.__new__ = _recording_new(root)  # type: ignore[method-assign,assignment]


def _recording_new(root: str) -> Callable[..., Any]:
    def __new__(cls: type, *_args: Any, **_kwargs: Any) -> Any:
        instance: Any = object.__new__(cls)
        frame = _user_frame(sys._getframe(1), root)
        if frame is not None:
            # Kept alive so that its id stays its own; definitions are few.
            _alive[id(instance)] = instance
            _places[id(instance)] = {"file": frame.f_code.co_filename, "line": frame.f_lineno}
        return instance

    return __new__


def _user_frame(frame: Optional[FrameType], root: str) -> Optional[FrameType]:
    while frame is not None:
        if frame.f_code.co_filename.startswith(root):
            return frame
        frame = frame.f_back
    return None


def place(obj: Any) -> Optional[Dict[str, Any]]:
    """Returns ``{file, line, text}`` of the statement that made ``obj``, if it is known."""
    found = _places.get(id(obj))
    if found is None:
        return None
    return {**found, "text": linecache.getline(found["file"], found["line"]).strip()}
