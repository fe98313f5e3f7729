"""What applying the definitions would change, object by object and field by field."""

import contextlib
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from fsop_driver import registry_store, repository, specs

ACTIONS = ("create", "update", "delete", "unchanged")


@dataclass
class Plan:
    """The differences between the definitions and the registry and stores.

    Attributes:
        objects, infra: what the ``plan`` event shows.
        registry_diff, infra_diff, new_infra: the same in Feast's types, ready for ``_apply_diffs``.
        missing_tables: tables that Feast believes to exist, but which do not.
    """

    project: str
    objects: List[Dict[str, Any]] = field(default_factory=list)
    infra: List[Dict[str, Any]] = field(default_factory=list)
    registry_diff: Any = None
    infra_diff: Any = None
    new_infra: Any = None
    missing_tables: List[Any] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether applying would change anything."""
        return any(item["action"] != "unchanged" for item in self.objects + self.infra)

    @property
    def deletes(self) -> List[Dict[str, Any]]:
        """The objects and tables that applying would delete."""
        return [item for item in self.objects + self.infra if item["action"] == "delete"]

    def counts(self) -> Dict[str, int]:
        """How many objects are created, updated, deleted, left as they are."""
        return {action: sum(item["action"] == action for item in self.objects) for action in ACTIONS}

    def to_json(self, config: Any) -> Dict[str, Any]:
        """Returns the plan as the protocol shows it."""
        from feast import __version__

        return {
            "project": self.project,
            "feast_version": __version__,
            "objects": self.objects,
            "infra": self.infra,
            "counts": self.counts(),
            "defaults": defaults(config),
        }


def make_plan(store: Any, contents: Any) -> Plan:
    """Compares the definitions with the registry; writes nothing.

    Validation and inference are Feast's (``FeatureStore.plan``, and the sources as
    ``feast/repo_operations.py::apply_total_with_repo_instance`` checks them).

    Raises:
        Exception: whatever Feast raises about the definitions, a source or the registry.
    """
    provider = store._get_provider()
    for view in contents.feature_views:
        if view.batch_source is not None:
            provider.validate_data_source(store.config, view.batch_source)
    with lazy_sqlite():
        registry_diff, infra_diff, new_infra = store.plan(contents)
    plan = Plan(store.project, registry_diff=registry_diff, infra_diff=infra_diff, new_infra=new_infra)
    _plan_objects(plan, Declarations(store.registry, store.project))
    _plan_infra(plan)
    return plan


class Declarations:
    """What objects declare, in the registry and in the definitions, made comparable.

    A file registry gives the very protocol buffers that were stored. Any other gives
    objects; what the definitions declare is then read back in the same way, so that what
    reading loses is lost on both sides.
    """

    def __init__(self, registry: Any, project: str) -> None:
        self._protos = registry_store.stored_protos(registry, project)

    def stored(self, kind: str, obj: Any) -> specs.Flat:
        """Returns what the registry holds for an object that was listed from it."""
        return specs.declared(obj.to_proto() if self._protos is None else self._protos[kind, obj.name])

    def wanted(self, obj: Any) -> specs.Flat:
        """Returns what an object of the definitions declares."""
        proto = obj.to_proto()
        return specs.declared(proto if self._protos is not None else _reader(obj).from_proto(proto).to_proto())

    def changes(self, kind: str, old: Any, new: Any) -> List[Dict[str, Any]]:
        """Returns how the definitions differ from the registry."""
        return specs.changes(self.stored(kind, old), self.wanted(new))


def _reader(obj: Any) -> Any:
    """Returns the class that a registry reads such an object with."""
    from feast.feature_view import FeatureView
    from feast.stream_feature_view import StreamFeatureView

    # A batch feature view is stored among the feature views.
    return FeatureView if isinstance(obj, FeatureView) and not isinstance(obj, StreamFeatureView) else type(obj)


def _plan_objects(plan: Plan, declarations: Declarations) -> None:
    """Fills ``plan.objects``, and puts Feast's verdicts right where it overlooks a difference."""
    from feast.diff.property_diff import TransitionType
    from feast.feature_view import DUMMY_ENTITY_NAME
    from feast.infra.registry.registry import FEAST_OBJECT_TYPES

    order = {object_type: index for index, object_type in enumerate(FEAST_OBJECT_TYPES)}
    diffs = plan.registry_diff.feast_object_diffs
    # Feast builds the list from sets, so its order changes from run to run.
    diffs.sort(key=lambda diff: (order[diff.feast_object_type], diff.name))
    for diff in diffs:
        old, new = diff.current_feast_object, diff.new_feast_object
        changes: List[Dict[str, Any]] = []
        if old is not None and new is not None:
            changes = declarations.changes(repository.kind(diff.feast_object_type), old, new)
            diff.transition_type = TransitionType.UPDATE if changes else TransitionType.UNCHANGED
        # The placeholder entity of views without entities is Feast's, not the user's.
        if diff.name == DUMMY_ENTITY_NAME:
            continue
        plan.objects.append(
            {
                "kind": repository.kind(diff.feast_object_type),
                "name": diff.name,
                "action": diff.transition_type.name.lower(),
                "changes": changes,
            }
        )


def _plan_infra(plan: Plan) -> None:
    """Fills ``plan.infra`` from Feast's comparison and from the tables that really exist."""
    from feast.diff.property_diff import TransitionType

    diffs = sorted(plan.infra_diff.infra_object_diffs, key=lambda diff: (diff.infra_object_type, diff.name))
    plan.infra_diff.infra_object_diffs = diffs
    tables = SqliteTables()
    for diff in diffs:
        old, new = diff.current_infra_object, diff.new_infra_object
        action = diff.transition_type
        changes = [
            {"field": change.property_name, "before": change.val_existing, "after": change.val_declared}
            for change in diff.infra_object_property_diffs
        ]
        if new is not None and tables.exists(new) is False:
            plan.missing_tables.append(new)
            action = action if changes else TransitionType.CREATE
        elif action is TransitionType.CREATE and tables.exists(new):
            # A registry has one list of tables, of whichever project was applied last
            # (`feast/infra/registry/registry.py::update_infra`).
            action = TransitionType.UNCHANGED
        if old is not None and action in (TransitionType.UPDATE, TransitionType.DELETE) and not tables.has_file(old):
            # Feast would create the old database, folders and all, to drop a table from it.
            diff.transition_type = TransitionType.UNCHANGED
        plan.infra.append(
            {"kind": diff.infra_object_type, "name": diff.name, "action": action.name.lower(), "changes": changes}
        )


class SqliteTables:
    """Looks up which tables exist, without creating a database by looking."""

    def __init__(self) -> None:
        self._names: Dict[str, Optional[set]] = {}

    def has_file(self, table: Any) -> bool:
        """Says whether the table's database exists; true for stores that are not SQLite."""
        return not _is_sqlite(table) or Path(table.path).is_file()

    def exists(self, table: Any) -> Optional[bool]:
        """Says whether a table exists, or none if that cannot be known (not SQLite)."""
        if not _is_sqlite(table):
            return None
        if table.path not in self._names:
            self._names[table.path] = table_names(table.path)
        names = self._names[table.path]
        return names is not None and table.name in names


def _is_sqlite(table: Any) -> bool:
    return table.DESCRIPTOR.name == "SqliteTable"


def table_names(path: str) -> Optional[set]:
    """Returns the names of a SQLite file's tables, or none if there is no such file."""
    if not Path(path).is_file():
        return None
    with contextlib.closing(open_readonly(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def open_readonly(path: str) -> sqlite3.Connection:
    """Opens a SQLite file that must exist, so that nothing can be written to it."""
    return sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)


@contextlib.contextmanager
def lazy_sqlite() -> Iterator[None]:
    """Lets Feast describe SQLite tables without making their database.

    ``feast/infra/online_stores/sqlite.py::SqliteTable`` opens its file, and creates it
    and its folder, only to be described.
    """
    from feast.infra.online_stores import sqlite

    original = sqlite._initialize_conn

    class Lazy:
        def __init__(self, *args: Any) -> None:
            self._args = args

        def __getattr__(self, name: str) -> Any:
            return getattr(original(*self._args), name)

    sqlite._initialize_conn = Lazy  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite._initialize_conn = original


def defaults(config: Any) -> List[Dict[str, str]]:
    """Names what Feast chose because feature_store.yaml does not say (Feast issue 4517)."""
    given = config.model_fields_set | set(config.model_extra or {})
    chosen: List[Tuple[str, str, str]] = [
        ("provider", "provider", config.provider),
        ("online_store", "online_config", getattr(config.online_store, "type", "none")),
        ("offline_store", "offline_config", getattr(config.offline_store, "type", "none")),
        ("entity_key_serialization_version", "", str(config.entity_key_serialization_version)),
    ]
    return [{"key": key, "value": value} for key, alias, value in chosen if key not in given and alias not in given]
