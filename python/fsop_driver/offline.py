"""Reads features as they were at given times, into a file."""

import os
from pathlib import Path
from typing import Any, Dict

from fsop_driver import cleanup, frames
from fsop_driver.errors import REQUEST_INVALID, ROWS_INVALID, DriverError
from fsop_driver.online import requested_features
from fsop_driver.session import Session

_TIME = "event_timestamp"


def run(session: Session) -> Dict[str, Any]:
    """Does ``get_historical_features``.

    Request fields: ``entity_file`` or ``entities``, ``features`` or ``service``, ``output``
    (``.parquet`` or ``.csv``), which appears only once it is complete.
    """
    request = session.request
    output = Path(str(request.get("output")))
    if output.suffix not in (".parquet", ".csv"):
        raise DriverError(REQUEST_INVALID, f'"output" is not a .parquet or .csv file: {request.get("output")!r}')
    if not output.is_absolute():
        output = session.repo / output
    if not output.parent.is_dir():
        raise DriverError(REQUEST_INVALID, f"The folder of the output does not exist: {output.parent}")
    store = session.store()
    session.existing_registry(store)
    wanted = requested_features(store, request)
    entities = frames.read(request.get("entities"), request.get("entity_file"))
    frames.require_columns(entities, [_TIME], "The entities")
    frames.parse_times(entities, [_TIME])
    if entities[_TIME].isna().any():
        raise DriverError(ROWS_INVALID, f"Row {int(entities[_TIME].isna().idxmax()) + 1} has no {_TIME}.")
    session.begin("read", f"Reading features of {len(entities)} rows")
    frame = store.get_historical_features(entity_df=entities, features=wanted).to_df()
    session.begin("write", f"Writing {output.name}")
    write(frame, output)
    return {"output": str(output), "count": len(frame), "columns": [str(column) for column in frame.columns]}


def write(frame: Any, output: Path) -> None:
    """Writes a frame beside its place and renames it, so that no reader sees half of it."""
    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    cleanup.add(temporary)
    try:
        if output.suffix == ".csv":
            frame.to_csv(temporary, index=False)
        else:
            frame.to_parquet(temporary, index=False)
        os.replace(temporary, output)
    finally:
        temporary.unlink(missing_ok=True)
        cleanup.discard(temporary)
