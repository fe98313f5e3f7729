"""Compares the repository, the registry and the online store; writes nothing."""

import contextlib
from typing import Any, Dict, List, Optional

from fsop_driver import plan as planning
from fsop_driver.jsonable import iso
from fsop_driver.session import Session

_STATES = {"unchanged": "in_sync", "update": "changed", "create": "only_in_repository", "delete": "only_in_registry"}


def run(session: Session) -> Dict[str, Any]:
    """Does ``status``; ``drift`` is whether applying would change anything."""
    store = session.store(hold_writes=True)
    contents = session.load()
    session.begin("plan", "Comparing the definitions with the registry")
    registered = session.open_registry(store, create=False)
    session.warn_of_missing_data()
    plan = planning.make_plan(store, contents)
    session.begin("read", "Looking at the online store")
    return {
        "project": plan.project,
        "registry": registered,
        "objects": [{**item, "state": _STATES[item["action"]]} for item in plan.objects],
        "infra": plan.infra,
        "views": [_view(store, view) for view in _materialized_views(store)] if registered else [],
        "drift": plan.changed,
    }


def _materialized_views(store: Any) -> List[Any]:
    registry, project = store.registry, store.project
    views = [
        *registry.list_feature_views(project), *registry.list_stream_feature_views(project),
        *registry.list_label_views(project),
    ]  # fmt: skip
    return sorted(views, key=lambda view: view.name)


def _view(store: Any, view: Any) -> Dict[str, Any]:
    intervals = getattr(view, "materialization_intervals", [])
    state = getattr(view, "state", None)
    return {
        "name": view.name,
        "online": bool(getattr(view, "online", False)),
        "enabled": bool(getattr(view, "enabled", True)),
        "state": getattr(state, "name", None),
        "intervals": [{"start": iso(start), "end": iso(end)} for start, end in intervals],
        "last_materialized": iso(max((end for _, end in intervals), default=None)),
        "table": _table(store, view),
    }


def _table(store: Any, view: Any) -> Optional[Dict[str, Any]]:
    """Returns ``{present, rows}`` of a view's SQLite table; other stores are not counted.

    A row is one entity: the table has a line for each of its features.
    """
    config = store.config
    if getattr(config.online_store, "type", None) != "sqlite":
        return None
    from feast.infra.online_stores import sqlite

    path = sqlite.SqliteOnlineStore._get_db_path(config)
    name = sqlite._table_id(store.project, view, config.registry.enable_online_feature_view_versioning)
    if name not in (planning.table_names(path) or ()):
        return {"name": name, "present": False, "rows": None}
    with contextlib.closing(planning.open_readonly(path)) as connection:
        quoted = '"' + name.replace('"', '""') + '"'
        (rows,) = connection.execute(f"SELECT count(DISTINCT entity_key) FROM {quoted}").fetchone()
    return {"name": name, "present": True, "rows": rows}
