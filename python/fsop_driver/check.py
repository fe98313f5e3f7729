"""Finds out whether a store could be applied and read right now; writes nothing."""

from typing import Any, Dict, List

from fsop_driver import datafiles, origins
from fsop_driver.session import Session


def run(session: Session) -> Dict[str, Any]:
    """Does ``check``: definitions load, data is there, registry and online store answer.

    What stops the check is an error; what an apply would survive is a problem of the
    result: ``problems`` is a list of ``{message, file, line, text}``.
    """
    store = session.store(hold_writes=True)
    contents = session.load()
    session.begin("plan", "Checking the data sources")
    problems = _missing_data(session, contents)
    _validate_sources(store, contents)
    applied = session.open_registry(store, create=False)
    session.begin("read", "Asking the online store")
    asked = applied and _ask_online_store(store)
    return {"problems": problems, "registry": applied, "online_store": asked}


def _missing_data(session: Session, contents: Any) -> List[Dict[str, Any]]:
    return [
        {"message": f'The data file of the source "{source.name}" does not exist: {path}', **(origins.place(source) or {})}
        for source, path in datafiles.local_sources(contents, session.repo)
        if not path.exists()
    ]


def _validate_sources(store: Any, contents: Any) -> None:
    """Has the offline store look at each source, as ``feast.repo_operations.plan`` does."""
    provider = store._get_provider()
    for view in contents.feature_views:
        if view.batch_source is not None:
            provider.validate_data_source(store.config, view.batch_source)


def _ask_online_store(store: Any) -> bool:
    """Reads a key that is not there from the first view of the registry that is online.

    Returns:
        whether there was a view to ask for.
    """
    from feast.protos.feast.types.EntityKey_pb2 import EntityKey
    from feast.protos.feast.types.Value_pb2 import Value

    if store.config.online_store is None:
        return False
    for view in store.registry.list_feature_views(store.project):
        if view.online and view.join_keys:
            key = EntityKey(join_keys=view.join_keys, entity_values=[Value(int64_val=0)] * len(view.join_keys))
            store._get_provider().online_read(store.config, view, [key])
            return True
    return False
