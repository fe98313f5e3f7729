"""Removes a project from its stores and its registry."""

from typing import Any, Dict, List, Set, Tuple

from fsop_driver import lock, repository
from fsop_driver import plan as planning
from fsop_driver.apply import publish
from fsop_driver.session import Session


def run(session: Session) -> Dict[str, Any]:
    """Does ``teardown``: shows what goes, asks (unless ``yes``), removes it. Nothing there is no error.

    Unlike ``FeatureStore.teardown``, which empties the whole registry and deletes the
    SQLite file with whatever else is in it, only this project goes.
    """
    store = session.store(hold_writes=True)
    lock.hold(session)
    session.open_registry(store, create=False)
    session.begin("plan", "Looking at what there is")
    objects = _objects(store)
    tables, shared = _sqlite(store)
    infra = (
        [{"kind": "sqlite table", "name": table.name, "action": "delete", "changes": []} for table in tables]
        if shared or not tables
        else [{"kind": "sqlite database", "name": tables[0].path, "action": "delete", "changes": []}]
    )
    plan = planning.Plan(store.project, objects=objects, infra=infra)
    session.channel.emit("plan", plan=plan.to_json(session.config))
    result = {"project": store.project, "removed": [], "shared_database": bool(shared)}
    if not plan.changed:
        return {**result, "changed": False}
    names = [f"{item['kind']} {item['name']}" for item in plan.deletes]
    if not session.request.get("yes") and not session.channel.ask("teardown", counts=plan.counts(), deletes=names):
        return {**result, "changed": False, "refused": True}
    session.begin("teardown", f"Removing {store.project}")
    if shared:
        # The file belongs to others too.
        for table in tables:
            table.teardown()
        store.provider.online_store.teardown = lambda *_args: None
    # Feast deletes every project that this lists (`feast/feature_store.py::teardown`).
    store.list_projects = lambda *_args, **_kwargs: [store.registry.get_project(store.project)]
    store.teardown()
    publish(store.registry)
    return {**result, "changed": True, "removed": objects + infra}


def _objects(store: Any) -> List[Dict[str, Any]]:
    from feast.feature_view import DUMMY_ENTITY_NAME
    from feast.infra.registry.registry import FEAST_OBJECT_TYPES, FeastObjectType

    stored = FeastObjectType.get_objects_from_registry(store.registry, store.project)
    return [
        {"kind": repository.kind(word), "name": obj.name, "action": "delete", "changes": []}
        for word in FEAST_OBJECT_TYPES
        for obj in sorted(stored[word], key=lambda obj: obj.name)
        if obj.name != DUMMY_ENTITY_NAME
    ]


def _sqlite(store: Any) -> Tuple[List[Any], Set[str]]:
    """Returns the project's SQLite tables that exist, and the names of others beside them."""
    if getattr(store.config.online_store, "type", None) != "sqlite":
        return [], set()
    from feast.infra.online_stores.sqlite import SqliteOnlineStore, SqliteTable

    path = SqliteOnlineStore._get_db_path(store.config)
    there = planning.table_names(path)
    if there is None:
        return [], set()
    ours = _table_names(store) & there
    others = {name for name in there - ours if not name.startswith("sqlite_")}
    with planning.lazy_sqlite():
        return [SqliteTable(path, name) for name in sorted(ours)], others


def _table_names(store: Any) -> Set[str]:
    """The names of this project's tables: of its views, and those that were recorded.

    What was recorded is not enough: a registry has one list, of the project that was
    applied last.
    """
    from feast.infra.online_stores import sqlite

    with planning.lazy_sqlite():
        recorded = store.registry.get_infra(store.project).infra_objects
    names = {item.name for item in recorded if item.name.startswith(f"{store.project}_")}
    versioned = store.config.registry.enable_online_feature_view_versioning
    registry = store.registry
    views = registry.list_feature_views(store.project) + registry.list_stream_feature_views(store.project)
    views += registry.list_label_views(store.project)
    return names | {sqlite._table_id(store.project, view, versioned) for view in views}
