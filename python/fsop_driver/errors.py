"""The errors the driver reports, each with a stable code."""

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

# FD1: the request and the driver itself.
REQUEST_INVALID = "FD101"
INTERNAL = "FD190"
# FD2: feature_store.yaml and the Python environment.
CONFIG_INVALID = "FD201"
FEAST_MISSING = "FD202"
EXTRA_MISSING = "FD203"
# FD3: the user's definitions.
DEFINITION_SYNTAX = "FD301"
MODULE_MISSING = "FD302"
DEFINITION_FAILED = "FD303"
DUPLICATE_NAME = "FD304"
DATA_FILE_MISSING = "FD305"
PROJECT_CONFLICT = "FD306"
DEFINITION_REFUSED = "FD307"
DEFINITION_EXITED = "FD308"
# FD4: the registry and the stores.
REGISTRY_CORRUPT = "FD401"
REGISTRY_UNREADABLE = "FD402"
REGISTRY_LOCKED = "FD403"
REGISTRY_MISSING = "FD404"
STORE_UNREACHABLE = "FD405"
STORE_FAILED = "FD406"
# FD5: what was asked for.
DELETES_REFUSED = "FD501"
APPLY_LOST = "FD502"
UNKNOWN_NAME = "FD503"
INTERVAL_INVALID = "FD504"
MATERIALIZE_FAILED = "FD505"
ROWS_INVALID = "FD506"
NOTHING_TO_MATERIALIZE = "FD507"


@dataclass
class DriverError(Exception):
    """A failure that is told to the user in full.

    Attributes:
        code: one of the constants above.
        message: what went wrong, in one sentence.
        why: the cause in the words of whoever raised it.
        hint: what to do about it.
        file, line, column, text: the place in the user's own files.
        path: the key path in feature_store.yaml.
        details: further fields of the ``error`` object (``places``, ``done``, ``missing`` …).
    """

    code: str
    message: str
    why: Optional[str] = None
    hint: Optional[str] = None
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    text: Optional[str] = None
    path: Optional[List[Any]] = None
    details: Dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    def to_json(self) -> Dict[str, Any]:
        """Returns the fields of an ``error`` event, every one present but for ``details``."""
        fields = ("code", "message", "why", "hint", "file", "line", "column", "text", "path")
        return {name: getattr(self, name) for name in fields} | self.details
