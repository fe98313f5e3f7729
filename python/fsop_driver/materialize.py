"""Loads features into the online store, one view after the other."""

import contextlib
import time
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Iterator, List, Optional

from fsop_driver import lock, names
from fsop_driver.errors import INTERVAL_INVALID, MATERIALIZE_FAILED, NOTHING_TO_MATERIALIZE, DriverError
from fsop_driver.jsonable import iso
from fsop_driver.session import Session

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Feast starts this long before now when a view has no ttl and was never materialized
# (`feast/feature_store.py::materialize_incremental`).
_NO_TTL = timedelta(weeks=52)
_SECONDS_BETWEEN_EVENTS = 0.5


def run(session: Session) -> Dict[str, Any]:
    """Does ``materialize`` and ``materialize_incremental``.

    Request fields: ``start`` (``materialize`` only), ``end``, ``views``,
    ``disable_event_timestamp``. Feast is asked for one view at a time, so that what has
    finished is recorded when a later view fails.
    """
    request = session.request
    incremental = request["op"] == "materialize_incremental"
    now = datetime.now(timezone.utc)
    everything = bool(request.get("disable_event_timestamp")) and not incremental
    end = _date(request, "end", now)
    start = None if incremental else EPOCH if everything else _date(request, "start", None)
    _check(start, end, now)
    store = session.store()
    lock.hold(session)
    session.existing_registry(store)
    views = select(store, request.get("views"))
    session.begin("materialize", f"Materializing {len(views)} feature view{'' if len(views) == 1 else 's'}")
    done: List[Dict[str, Any]] = []
    for index, view in enumerate(views, start=1):
        begin = start if start is not None else _incremental_start(view, now)
        progress = _Progress(session, view.name, index, len(views), begin, end)
        if begin is not None and begin >= end:
            # Feast would read nothing and add an interval that runs backwards.
            progress.send("done")
            done.append({**progress.summary(), "covers_nothing": True, "seconds": 0.0, "watermark": iso(begin)})
            continue
        progress.send("running")
        clock = time.monotonic()
        try:
            with _counting(store, progress.add):
                if incremental:
                    store.materialize_incremental(end, [view.name])
                else:
                    store.materialize(start, end, [view.name], disable_event_timestamp=everything)
        except Exception as error:
            raise _failed(view.name, error, done, views[index:]) from error
        progress.send("done")
        done.append(
            {
                **progress.summary(),
                "covers_nothing": False,
                "seconds": round(time.monotonic() - clock, 3),
                **_recorded(store, view),
            }
        )
    return {"project": store.project, "views": done, "rows": sum(item["rows"] for item in done)}


def select(store: Any, wanted: Optional[List[str]]) -> List[Any]:
    """Returns the views to materialize, those that are computed from others last.

    Raises:
        DriverError: a name is unknown, or there is nothing to materialize.
    """
    from feast.on_demand_feature_view import OnDemandFeatureView

    if wanted is not None:
        registry, project = store.registry, store.project
        listings = (registry.list_feature_views, registry.list_stream_feature_views,
                    registry.list_on_demand_feature_views, registry.list_label_views)  # fmt: skip
        names.require_known("feature view", wanted, [view.name for listing in listings for view in listing(project)])
    views = store._get_feature_views_to_materialize(list(dict.fromkeys(wanted)) if wanted is not None else None)
    if not views:
        raise DriverError(
            NOTHING_TO_MATERIALIZE,
            "No feature view can be materialized.",
            why="`views` is empty." if wanted is not None else "None is both enabled and `online=True`.",
        )
    return sorted(views, key=lambda view: (isinstance(view, OnDemandFeatureView), view.name if wanted is None else ""))


class _Progress:
    """Sends the ``progress`` events of one view."""

    def __init__(
        self, session: Session, view: str, index: int, count: int, start: Optional[datetime], end: datetime
    ) -> None:
        self._session = session
        self._fields = {"view": view, "index": index, "count": count, "start": iso(start), "end": iso(end)}
        self._rows = 0
        self._sent = 0.0

    def send(self, state: str) -> None:
        self._sent = time.monotonic()
        self._session.channel.emit("progress", **self._fields, rows=self._rows, state=state)

    def add(self, rows: int) -> None:
        self._rows += rows
        if time.monotonic() - self._sent >= _SECONDS_BETWEEN_EVENTS:
            self.send("running")

    def summary(self) -> Dict[str, Any]:
        return {name: self._fields[name] for name in ("view", "start", "end")} | {"rows": self._rows}


@contextlib.contextmanager
def _counting(store: Any, add: Callable[[int], None]) -> Iterator[None]:
    """Counts the rows written to the online store.

    At the store itself: the local engine passes a progress callback that does nothing
    (``feast/infra/compute_engines/local/nodes.py``). Engines that write from elsewhere
    (Spark, a Kubernetes job) show 0.
    """
    online = getattr(store.provider, "online_store", None)
    if online is None:
        yield
        return
    write = online.online_write_batch

    def counted(config: Any, table: Any, data: Any, progress: Any) -> Any:
        result = write(config, table, data, progress)
        add(len(data))
        return result

    online.online_write_batch = counted
    try:
        yield
    finally:
        del online.online_write_batch


def _date(request: Dict[str, Any], key: str, default: Optional[datetime]) -> datetime:
    text = request.get(key)
    if text is None and default is not None:
        return default
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError as error:
        raise DriverError(
            INTERVAL_INVALID,
            f'"{key}" is not a date: {text!r}',
            why=str(error),
            hint="Write it as 2026-01-31T00:00:00Z.",
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def _check(start: Optional[datetime], end: datetime, now: datetime) -> None:
    if end > now:
        raise DriverError(
            INTERVAL_INVALID,
            f"The end {iso(end)} is in the future; it is {iso(now)} now.",
            why="Feast would take everything until then for materialized, and the next run would leave it out.",
            details={"now": iso(now)},
        )
    if start is not None and start >= end:
        raise DriverError(
            INTERVAL_INVALID, f"The start {iso(start)} is not before the end {iso(end)}.", details={"now": iso(now)}
        )


def _incremental_start(view: Any, now: datetime) -> Optional[datetime]:
    """Where Feast will start, as ``FeatureStore.materialize_incremental`` finds it."""
    if not hasattr(view, "materialization_intervals"):
        return None
    start = view.most_recent_end_time
    if start is None:
        return now - view.ttl if view.ttl else now - _NO_TTL
    return start if start.tzinfo is not None else start.replace(tzinfo=timezone.utc)


def _recorded(store: Any, view: Any) -> Dict[str, Any]:
    """What the registry now records: where this run began, and how far the view is materialized."""
    if not hasattr(view, "materialization_intervals"):
        return {"watermark": None}
    stored = store.registry.get_any_feature_view(view.name, store.project)
    start, _ = stored.materialization_intervals[-1]
    return {"start": iso(start), "watermark": iso(stored.most_recent_end_time)}


def _failed(view: str, error: Exception, done: List[Dict[str, Any]], todo: List[Any]) -> Exception:
    finished = [item["view"] for item in done]
    return DriverError(
        MATERIALIZE_FAILED,
        f"The materialization of {view} failed.",
        why=str(error) or type(error).__name__,
        hint=f"Done before it: {', '.join(finished)}." if finished else None,
        details={"view": view, "done": done, "todo": [item.name for item in todo]},
    )
