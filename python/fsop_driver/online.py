"""Writes single rows to the stores and reads features back."""

from typing import Any, Dict, List, Tuple

from fsop_driver import frames, names
from fsop_driver.errors import REQUEST_INVALID, ROWS_INVALID, DriverError
from fsop_driver.jsonable import jsonable
from fsop_driver.session import Session


def run(session: Session) -> Dict[str, Any]:
    """Does ``push`` and ``get_online_features``."""
    store = session.store()
    session.existing_registry(store)
    return push(session, store) if session.request["op"] == "push" else read(session, store)


def push(session: Session, store: Any) -> Dict[str, Any]:
    """Pushes rows (``rows`` or ``file``) to a push ``source``, ``to`` the online and/or the offline store."""
    from feast.data_source import PushMode, PushSource
    from feast.errors import PushSourceNotFoundException

    request = session.request
    modes = {mode.name.lower(): mode for mode in PushMode}
    to = request.get("to", "online")
    if to not in modes:
        raise DriverError(REQUEST_INVALID, f'"to" is not one of {", ".join(modes)}: {to!r}')
    sources = [source for source in store.list_data_sources() if isinstance(source, PushSource)]
    names.require_known("push source", [str(request.get("source"))], [source.name for source in sources])
    source = next(source for source in sources if source.name == request["source"])
    try:
        views = list(store._fvs_for_push_source_or_raise(source.name, True))
    except PushSourceNotFoundException as error:
        raise DriverError(
            REQUEST_INVALID, f'No feature view takes its rows from the push source "{source.name}".'
        ) from error
    frame = frames.read(request.get("rows"), request.get("file"))
    types, times = _columns(source, views)
    frames.require_columns(frame, [*types, *times[:1]], "The rows")
    # The time of creation breaks ties between rows of one event time; rows that are
    # pushed now are created now.
    for column in times[1:]:
        if column not in frame.columns:
            frame[column] = _now()
    frames.parse_times(frame, times)
    frames.coerce(frame, types)
    session.begin("write", f"Pushing {len(frame)} rows to {source.name}")
    store.push(source.name, frame, to=modes[to])
    return {"source": source.name, "to": to, "count": len(frame), "views": sorted(view.name for view in views)}


def _columns(source: Any, views: List[Any]) -> Tuple[Dict[str, Any], List[str]]:
    """Returns the columns a push source takes with their types, and its time columns."""
    types: Dict[str, Any] = {}
    times: List[str] = []
    for view in views:
        types.update({field.name: field.dtype for field in [*view.entity_columns, *view.features]})
        batch = getattr(view, "batch_source", None) or source.batch_source
        if batch is not None:
            times = [column for column in (batch.timestamp_field, batch.created_timestamp_column) if column]
    return {name: dtype for name, dtype in types.items() if name not in times and name != "__dummy_id"}, times


def _now() -> Any:
    import pandas as pd

    return pd.Timestamp.now(tz="UTC")


def read(session: Session, store: Any) -> Dict[str, Any]:
    """Returns the features (``features`` or ``service``) of ``entities``, one row for each.

    With ``full`` the result also has the ``status`` and ``event_timestamp`` of every value;
    with ``full_feature_names`` a feature is called ``view__feature``.
    """
    from feast.protos.feast.serving.ServingService_pb2 import FieldStatus

    request = session.request
    wanted = requested_features(store, request)
    entities = request.get("entities")
    if not isinstance(entities, list) or not entities or not all(isinstance(row, dict) for row in entities):
        raise DriverError(
            ROWS_INVALID, "The entities are not a list of objects, each with the join keys of one entity."
        )
    _check_entities(store, wanted, entities)
    session.begin("read", f"Reading features of {len(entities)} {'entity' if len(entities) == 1 else 'entities'}")
    response = store.get_online_features(
        features=wanted, entity_rows=entities, full_feature_names=bool(request.get("full_feature_names"))
    )
    columns = _in_order(response.to_dict(), entities, wanted)
    count = len(entities)
    rows = [{name: jsonable(values[index]) for name, values in columns.items()} for index in range(count)]
    result: Dict[str, Any] = {"rows": rows, "columns": list(columns), "count": count}
    if request.get("full"):
        vectors = dict(zip(response.proto.metadata.feature_names.val, response.proto.results, strict=True))
        result["details"] = [
            {
                name: {
                    "status": FieldStatus.Name(vector.statuses[index]),
                    "event_timestamp": vector.event_timestamps[index].ToJsonString()
                    if vector.event_timestamps[index].seconds
                    else None,
                }
                for name, vector in vectors.items()
                if index < len(vector.statuses)
            }
            for index in range(count)
        ]
    return result


def _in_order(columns: Dict[str, Any], entities: List[Dict[str, Any]], wanted: Any) -> Dict[str, Any]:
    """Puts the join keys first, then the features as they were asked for: Feast's order changes from run to run."""
    keys = [name for row in entities for name in row]
    asked = wanted if isinstance(wanted, list) else features_of(wanted)
    names_in_order = dict.fromkeys([*keys, *(str(one).rpartition(":")[2] for one in asked)])
    order = {name: index for index, name in enumerate(names_in_order)}
    return {name: columns[name] for name in sorted(columns, key=lambda name: (order.get(name, len(order)), name))}


def features_of(service: Any) -> List[str]:
    """Returns ``view:feature`` of each feature of a service, in its order."""
    return [
        f"{projection.name_to_use()}:{feature.name}"
        for projection in service.feature_view_projections
        for feature in projection.features
    ]


def requested_features(store: Any, request: Dict[str, Any]) -> Any:
    """Returns the feature service or the list of ``view:feature`` that a request names.

    Raises:
        DriverError: neither is given, or a name is unknown.
    """
    service, features = request.get("service"), request.get("features")
    if service is not None:
        names.require_known("feature service", [service], [item.name for item in store.list_feature_services()])
        return store.get_feature_service(service)
    if not isinstance(features, list) or not features:
        raise DriverError(REQUEST_INVALID, 'Neither "features" nor a "service" is given.')
    views = {view.name: view for view in store.list_all_feature_views()}
    for feature in features:
        name, colon, column = str(feature).partition(":")
        if not colon:
            raise DriverError(REQUEST_INVALID, f'"{feature}" is not of the form view:feature.')
        # `view@v2:feature` reads an older version of a view.
        plain = name.partition("@")[0]
        names.require_known("feature view", [plain], views)
        if plain == name:
            known = [f"{name}:{field.name}" for field in views[plain].features]
            names.require_known("feature", [f"{name}:{column}"], known)
    return features


def _check_entities(store: Any, wanted: Any, entities: List[Dict[str, Any]]) -> None:
    """Says which join keys are missing or unknown, before Feast fails on them.

    Other keys may be request data of on demand feature views; Feast knows those.
    """
    refs = (
        wanted
        if isinstance(wanted, list)
        else [projection.name + ":" for projection in wanted.feature_view_projections]
    )
    views = {view.name: view for view in store.list_all_feature_views()}
    needed = set()
    request_data = set()
    for ref in refs:
        view = views.get(ref.partition(":")[0].partition("@")[0])
        todo = [view] if view is not None else []
        while todo:
            item = todo.pop()
            needed |= {column.name for column in getattr(item, "entity_columns", [])} - {"__dummy_id"}
            for source in getattr(item, "source_request_sources", {}).values():
                request_data |= {field.name for field in source.schema}
            todo += [
                views[projection.name]
                for projection in getattr(item, "source_feature_view_projections", {}).values()
                if projection.name in views
            ]
    if not isinstance(wanted, list) and any(item.join_key_map for item in wanted.feature_view_projections):
        return
    for row in entities:
        for key in row:
            if key not in needed | request_data:
                raise names.unknown("entity key", key, sorted(needed | request_data))
        missing = sorted((needed | request_data) - set(row))
        if missing:
            raise DriverError(ROWS_INVALID, f"An entity lacks {', '.join(missing)}.", details={"missing": missing})
