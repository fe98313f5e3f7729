"""One run of the driver: reads the request, does the operation, reports how it ended."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any, Dict, Optional

from fsop_driver import cleanup, failures, messages, protocol, redact, trace, typechecks
from fsop_driver.errors import FEAST_MISSING, REGISTRY_MISSING, REQUEST_INVALID, DriverError

# Operation → module; each has `run(session)` that returns the result.
OPERATIONS = {
    "inspect": "inspection",
    "plan": "apply",
    "apply": "apply",
    "check": "check",
    "materialize": "materialize",
    "materialize_incremental": "materialize",
    "push": "online",
    "get_online_features": "online",
    "get_historical_features": "offline",
    "status": "status",
    "teardown": "teardown",
}


class Session:
    """What the operations share.

    Attributes:
        channel: the way to the user.
        request: the request line.
        repo, spec: the repository's folder and its feature_store.yaml.
        config, contents: Feast's ``RepoConfig`` and ``RepoContents``, once loaded.
    """

    def __init__(self, channel: protocol.Channel, request: Dict[str, Any]) -> None:
        self.channel = channel
        self.request = request
        # Feast resolves links too: it takes the current folder for the repository.
        needs_repo = request["op"] != "inspect"
        self.repo = Path(os.path.realpath(_folder(request) if needs_repo else "."))
        self.spec = Path(os.path.abspath(request.get("spec") or self.repo / "feature_store.yaml"))
        self.context = failures.Context(self.repo, self.spec)
        self.config: Any = None
        self.contents: Any = None
        self.tracer: Optional[trace.Tracer] = None

    def begin(self, phase: str, title: str) -> None:
        """Starts a part of the work; errors are explained by it."""
        self.context.stage = phase
        self.channel.phase(phase, title)

    def store(self, hold_writes: bool = False) -> Any:
        """Imports Feast, reads the specification and returns a ``FeatureStore``.

        Args:
            hold_writes: keep what Feast writes to a file registry in memory until it is published.

        Raises:
            DriverError: Feast is not installed, or refuses the specification.
        """
        from fsop_driver import registry_store, repository

        self.begin("import", "Importing Feast")
        import_feast()
        registry_store.install(hold_writes)
        self.begin("config", f"Reading {self.spec.name}")
        repository.enter(self.repo)
        self.config = self.context.config = repository.load_config(self.spec, self.repo)
        from feast.feature_store import FeatureStore

        store = FeatureStore(config=self.config, repo_path=str(self.repo))
        # Broken sections are found when they are first used; do that here, where they
        # are known to be the specification's fault.
        _ = (self.config.registry, self.config.offline_store, self.config.online_store, store.provider)
        return store

    def load(self) -> Any:
        """Runs the definitions and returns their objects."""
        from fsop_driver import origins, repository

        if self.tracer is not None:
            self.tracer.strict()
        self.begin("definitions", "Loading the definitions")
        origins.record(self.repo)
        self.contents = self.context.contents = repository.load_definitions(self.config, self.repo)
        return self.contents

    def warn_of_missing_data(self) -> None:
        """Names the data files that do not exist, with the lines that mention them."""
        from fsop_driver import datafiles, origins

        for source, path in datafiles.local_sources(self.contents, self.repo):
            if not path.exists():
                place = origins.place(source) or {}
                message = f'The data file of the source "{source.name}" does not exist: {path}'
                self.channel.log("warning", message, **place)

    def open_registry(self, store: Any, create: bool) -> bool:
        """Opens the registry; without ``create`` one that does not exist is not made.

        Returns:
            whether it existed.
        """
        from fsop_driver import registry_store

        stage, self.context.stage = self.context.stage, "registry"
        exists = registry_store.exists(self.config, self.repo)
        if not exists and not create:
            store._registry = registry_store.empty_registry(self.config, self.repo)
        file = registry_store.local_file(self.config, self.repo)
        if create and file is not None:
            registry_store.remove_left_over(file)
        _ = store.registry
        self.context.stage = stage if stage != "config" else "read"
        return exists

    def existing_registry(self, store: Any) -> None:
        """Opens a registry that must be there, with this project in it.

        Raises:
            DriverError: nothing was applied yet, or only other projects were.
        """
        if not self.open_registry(store, create=False):
            raise DriverError(REGISTRY_MISSING, "There is no registry yet.", hint="Run `fsop apply` first.")
        projects = sorted(project.name for project in store.registry.list_projects())
        if store.project not in projects:
            raise DriverError(
                REGISTRY_MISSING,
                f'The registry has no project "{store.project}".',
                why=f"It has: {', '.join(projects)}." if projects else "It is empty.",
                hint="Run `fsop apply` first, or correct `project` or `registry`.",
                details={"projects": projects},
            )

    def traced(self, store: Any, contents: Any) -> Dict[str, Any]:
        """Returns ``{"trace": …}`` if this run is traced."""
        return {"trace": self.tracer.result(store.config, contents)} if self.tracer is not None else {}


def import_feast() -> Any:
    """Imports Feast.

    Raises:
        DriverError: there is no Feast in this environment.
    """
    try:
        typechecks.defer()
        import feast
    except ModuleNotFoundError as error:
        if error.name != "feast":
            raise
        raise DriverError(
            FEAST_MISSING, f"There is no Feast in this Python environment ({sys.prefix}).", hint="pip install feast",
        ) from error  # fmt: skip
    return feast


def main() -> int:
    """Runs one request; returns the exit code."""
    channel = protocol.Channel()
    cleanup.on_signals()
    redactor = redact.Redactor()
    channel.redact = redactor
    # Feast 0.67 has no telemetry left; older releases ask this variable
    # (`feast/usage.py` until 0.37), and so may plug-ins.
    os.environ["FEAST_USAGE"] = "False"
    session: Optional[Session] = None
    try:
        try:
            request = channel.read_request()
            operation = OPERATIONS.get(request["op"])
            if operation is None:
                raise DriverError(
                    REQUEST_INVALID, f'There is no operation "{request["op"]}".', hint=", ".join(OPERATIONS)
                )
            session = Session(channel, request)
            if session.spec.is_file():
                redactor.learn(session.spec.read_text(encoding="utf-8", errors="replace"))
            with messages.collected(channel, session.repo):
                result = importlib.import_module(f"fsop_driver.{operation}").run(session)
            channel.emit("result", result=result)
            return 0
        except Exception as error:
            context = session.context if session else failures.Context(Path.cwd(), Path("feature_store.yaml"))
            channel.emit("error", error=failures.explain(error, context))
            return 1
    except protocol.ReaderGone:
        return 1


def _folder(request: Dict[str, Any]) -> str:
    repo = request.get("repo")
    if not isinstance(repo, str) or not os.path.isdir(repo):
        raise DriverError(REQUEST_INVALID, f'"repo" of the request is not a folder: {repo!r}')
    return repo
