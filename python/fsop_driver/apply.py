"""Makes the registry and the stores as the definitions say, and makes sure of it."""

from typing import Any, Dict, List

from fsop_driver import lock, registry_store, repository, specs, trace
from fsop_driver import plan as planning
from fsop_driver.errors import APPLY_LOST, DELETES_REFUSED, DriverError
from fsop_driver.session import Session


def run(session: Session) -> Dict[str, Any]:
    """Does ``plan`` and ``apply``: load, plan, ask, apply, read back.

    Request fields: ``dry_run`` (plan only), ``yes`` (do not ask), ``allow_deletes``
    (false: a plan that deletes is an error).
    """
    dry_run = session.request.get("op") == "plan" or bool(session.request.get("dry_run"))
    if not dry_run:
        session.tracer = trace.Tracer(session.repo, session.spec)
        session.tracer.start()
    store = session.store(hold_writes=True)
    if not dry_run:
        lock.hold(session)
    contents = session.load()
    session.begin("plan", "Comparing the definitions with the registry")
    session.open_registry(store, create=not dry_run)
    session.warn_of_missing_data()
    plan = planning.make_plan(store, contents)
    if session.tracer is not None:
        session.tracer.stop()
    shown = plan.to_json(session.config)
    session.channel.emit("plan", plan=shown)
    result = {"project": plan.project, "feast_version": shown["feast_version"], "counts": plan.counts()}
    if dry_run:
        return {**result, "changed": plan.changed, "applied": False, "plan": shown}
    if plan.deletes and session.request.get("allow_deletes") is False:
        raise _deletes_refused(plan)
    if not plan.changed:
        converge(session, store, contents)
        return {**result, "changed": False, "applied": True, **session.traced(store, contents)}
    if not session.request.get("yes") and not session.channel.ask(
        "apply", counts=plan.counts(), deletes=[f"{item['kind']} {item['name']}" for item in plan.deletes]
    ):
        return {**result, "changed": False, "applied": False, "refused": True}
    session.begin("apply", "Applying")
    write(store, contents, plan)
    session.begin("verify", "Reading the registry back")
    verify(store, contents, plan)
    return {**result, "changed": True, "applied": True, **session.traced(store, contents)}


def write(store: Any, contents: Any, plan: planning.Plan) -> None:
    """Changes the stores, then the registry, as ``apply_total_with_repo_instance`` orders it.

    The registry is published last and at once: killed before that, the next run plans the
    same changes again, and every change of a store can be repeated.
    """
    from feast.repo_operations import extract_objects_for_apply_delete

    registry = store.registry
    forget_stale_sources(registry, plan)
    if store._should_use_plan():
        store._apply_diffs(plan.registry_diff, plan.infra_diff, plan.new_infra)
        create_missing_tables(plan)
    else:
        to_apply, to_delete, _, _ = extract_objects_for_apply_delete(store.project, registry, contents)
        store.apply(to_apply, objects_to_delete=to_delete, partial=False)
    store_whole_views(registry, plan)
    publish(registry)
    submit_baselines(store, contents)


def publish(registry: Any) -> None:
    """Writes what a staged registry holds; other registries have written already."""
    staged = getattr(registry, "_registry_store", None)
    if isinstance(staged, registry_store.StagedRegistryStore):
        staged.publish()


def store_whole_views(registry: Any, plan: planning.Plan) -> None:
    """Completes views of which Feast stored only a part.

    ``Registry._update_metadata_fields`` copies the fields it knows when neither schema nor
    function changed; a stream source that was taken away, for one, stays. Only for
    registries that are held in memory: others are not ours to write into.
    """
    protos = registry_store.stored_protos(registry, plan.project)
    if protos is None:
        return
    for diff in plan.registry_diff.feast_object_diffs:
        kind = repository.kind(diff.feast_object_type)
        if diff.transition_type.name != "UPDATE" or not kind.endswith("_view"):
            continue
        stored, wanted = protos[kind, diff.name], diff.new_feast_object.to_proto()
        if specs.changes(specs.declared(stored), specs.declared(wanted)):
            stored.spec.CopyFrom(wanted.spec)
            stored.spec.project = plan.project
    registry.commit()


def create_missing_tables(plan: planning.Plan) -> None:
    """Creates tables that Feast takes for existing.

    After a changed path ``feast/diff/infra_diff.py::InfraDiff.update`` drops the old
    table and does not create the new one; and a database may have been deleted.
    """
    from feast.infra.infra_object import InfraObject

    for table in plan.missing_tables:
        InfraObject.from_proto(table).update()


def forget_stale_sources(registry: Any, plan: planning.Plan) -> None:
    """Removes data sources whose change Feast would not store.

    ``Registry.apply_data_source`` skips a source that is equal by ``__eq__``, which does
    not look at every field.
    """
    for diff in plan.registry_diff.feast_object_diffs:
        if repository.kind(diff.feast_object_type) != "data_source" or diff.transition_type.name != "UPDATE":
            continue
        if diff.current_feast_object == diff.new_feast_object:
            registry.delete_data_source(diff.name, plan.project, commit=False)


def converge(session: Session, store: Any, contents: Any) -> None:
    """Completes the stores that Feast cannot plan, after an apply that was killed.

    A SQL registry is written before the stores are, so that "nothing to change" does not
    prove the stores complete. Feast's providers can repeat an update; the tables are
    those that ``FeatureStore.apply`` would keep. With SQLite the plan has looked already.
    """
    if store._should_use_plan() or store.config.online_store is None:
        return
    session.begin("apply", "Making sure that the online store is complete")
    writing = [view for view in contents.on_demand_feature_views if view.write_to_online_store]
    store._get_provider().update_infra(
        project=store.project,
        tables_to_delete=[],
        tables_to_keep=[
            *contents.feature_views, *contents.stream_feature_views, *writing, *getattr(contents, "label_views", ()),
        ],
        entities_to_delete=[],
        entities_to_keep=list(contents.entities),
        partial=False,
    )  # fmt: skip


def submit_baselines(store: Any, contents: Any) -> None:
    """Starts Feast's data quality baselines, where the specification asks for them."""
    from feast import repo_operations

    quality = getattr(store.config, "data_quality_monitoring_config", None)
    if quality is not None and quality.auto_baseline:
        repo_operations._submit_baseline_jobs(store, store.project, contents)


def verify(store: Any, contents: Any, plan: planning.Plan) -> None:
    """Reads the registry anew and compares it with what was to be written.

    Raises:
        DriverError: an object is missing, differs, or is still there (Feast issue 6663).
    """
    from feast.feature_view import DUMMY_ENTITY_NAME
    from feast.infra.registry.registry import FEAST_OBJECT_TYPES, FeastObjectType

    registry_store.install(hold=False)
    registry = store._create_registry()
    declarations = planning.Declarations(registry, store.project)
    stored = FeastObjectType.get_objects_from_registry(registry, store.project)
    there = {(repository.kind(word), obj.name): obj for word in FEAST_OBJECT_TYPES for obj in stored[word]}
    lost: List[str] = []
    for word, objects in repository.objects_by_kind(contents).items():
        for obj in objects:
            if obj.name == DUMMY_ENTITY_NAME:
                continue
            found = there.get((word, obj.name))
            if found is None:
                lost.append(f"{word.replace('_', ' ')} {obj.name}: missing")
                continue
            fields = [change["field"] for change in declarations.changes(word, found, obj)]
            if fields:
                lost.append(f"{word.replace('_', ' ')} {obj.name}: differs in {', '.join(fields)}")
    for item in plan.objects:
        if item["action"] == "delete" and (item["kind"], item["name"]) in there:
            lost.append(f"{item['kind'].replace('_', ' ')} {item['name']}: still there")
    if lost:
        raise DriverError(
            APPLY_LOST,
            "The registry does not hold what was applied.",
            why="\n".join(lost),
            hint="Apply again. If it happens again, something else writes to this registry at the same time, "
            "or the registry server loses writes (Feast issue 6663).",
            details={"lost": lost},
        )


def _deletes_refused(plan: planning.Plan) -> DriverError:
    names = [f"{item['kind'].replace('_', ' ')} {item['name']}" for item in plan.deletes]
    return DriverError(
        DELETES_REFUSED,
        f"Applying would delete {', '.join(names)}, which this run does not allow.",
        details={"deletes": names},
    )
