"""Values of features as JSON."""

import base64
import datetime
import math
from typing import Any, Optional


def jsonable(value: Any) -> Any:
    """Returns a value as JSON can hold it: times in ISO 8601, bytes in base64, NaN as null."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        # pandas' NaT is a datetime without a date.
        return value.isoformat() if value == value else None
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    return str(value)


def iso(moment: Optional[datetime.datetime]) -> Optional[str]:
    """Writes a moment in UTC, with a closing Z; Feast's naive ones are UTC."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.timezone.utc)
    return aware.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
