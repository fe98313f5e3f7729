"""Rows from a request or a file, as a data frame of the right types."""

import json
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

from fsop_driver.errors import ROWS_INVALID, DriverError


def read(rows: Optional[List[Dict[str, Any]]], file: Optional[str]) -> Any:
    """Returns the rows of a request, or of a ``.csv``, ``.parquet`` or ``.json`` file.

    Raises:
        DriverError: there are none, or they cannot be read.
    """
    import pandas as pd

    if rows is not None:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DriverError(ROWS_INVALID, "The rows are not a list of objects.")
        frame = pd.DataFrame(rows)
    elif file is not None:
        frame = _read_file(Path(file))
    else:
        raise DriverError(ROWS_INVALID, "There are neither rows nor a file of rows.")
    if frame.empty:
        raise DriverError(ROWS_INVALID, "There are no rows.")
    return frame


def _read_file(path: Path) -> Any:
    import pandas as pd

    try:
        if path.suffix == ".csv":
            return pd.read_csv(path)
        if path.suffix in (".parquet", ".pq"):
            return pd.read_parquet(path)
        if path.suffix == ".json":
            return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DriverError(ROWS_INVALID, f"{path} cannot be read.", why=error.strerror or str(error)) from error
    except Exception as error:
        raise DriverError(ROWS_INVALID, f"{path} cannot be read as {path.suffix[1:]}.", why=str(error)) from error
    raise DriverError(ROWS_INVALID, f"{path.name}: rows are read from .csv, .parquet and .json files.")


def require_columns(frame: Any, columns: Iterable[str], what: str) -> None:
    """Checks that a frame has the columns it needs.

    Raises:
        DriverError: some are missing; all of them are named.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DriverError(
            ROWS_INVALID,
            f"{what} lack the column{'' if len(missing) == 1 else 's'} {', '.join(missing)}.",
            hint=f"They have: {', '.join(map(str, frame.columns))}.",
            details={"missing": missing},
        )


def parse_times(frame: Any, columns: Iterable[str]) -> None:
    """Turns columns into UTC times, in place.

    Raises:
        DriverError: a value is not a date; its row is named.
    """
    import pandas as pd

    for column in columns:
        times = pd.to_datetime(
            frame[column], utc=True, errors="coerce", format="ISO8601" if frame[column].dtype == object else None
        )
        wrong = times.isna() & frame[column].notna()
        if wrong.any():
            row = int(wrong.idxmax())
            raise DriverError(
                ROWS_INVALID, f'Row {row + 1}: "{column}" is not a date.', hint="Write dates as 2026-01-31T00:00:00Z."
            )
        frame[column] = times


def coerce(frame: Any, types: Dict[str, Any]) -> None:
    """Gives columns the types that the definitions declare (name → Feast type), in place.

    Raises:
        DriverError: a value does not fit; its column is named.
    """
    from feast.types import Bool, Float32, Float64, Int32, Int64, String, UnixTimestamp

    simple = {Int32: "Int32", Int64: "Int64", Float32: "float32", Float64: "float64", Bool: "boolean", String: "string"}
    for column, declared in types.items():
        if column not in frame.columns:
            continue
        if declared == UnixTimestamp:
            parse_times(frame, [column])
            continue
        target = next((name for feast_type, name in simple.items() if feast_type == declared), None)
        if target is None:
            continue
        try:
            values = frame[column]
            if target == "boolean" and values.dtype == object:
                values = values.map(_boolean)
            converted = values.astype(target)
        except (ValueError, TypeError) as error:
            raise DriverError(ROWS_INVALID, f'The column "{column}" is not {declared}.', why=str(error)) from error
        # Feast reads plain Python and numpy values; the nullable types only did the check.
        frame[column] = converted.astype(object).where(converted.notna(), None) if converted.isna().any() or target in (
            "string", "boolean") else converted.astype(target.lower())  # fmt: skip


def _boolean(value: Any) -> Any:
    words = {"true": True, "false": False, "1": True, "0": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value
