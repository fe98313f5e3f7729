"""Where a file-like registry is written: not at all while planning, then at once.

Feast writes a registry many times in one ``apply`` and creates one even for ``plan``
(``feast/infra/registry/registry.py``: ``Registry.__init__`` and
``_prepare_registry_for_changes`` commit), and its file store truncates the old file
before it writes the new one (``feast/infra/registry/file.py::_write_registry``), so a
kill at the wrong moment leaves a corrupt registry. Here a registry store is wrapped:
writes are held in memory, and published as one atomic replacement of the file.
"""

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

from fsop_driver import cleanup
from fsop_driver.errors import STORE_FAILED, DriverError


class StagedRegistryStore:
    """A Feast ``RegistryStore`` whose writes can be held back.

    Args:
        store: the store that Feast would use.
        hold: whether writes stay in memory until ``publish``.
    """

    def __init__(self, store: Any, hold: bool) -> None:
        self._store = store
        self._held: Optional[Any] = None
        self.hold = hold

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get_registry_proto(self) -> Any:
        """Returns the registry as this process sees it: what is held, else what is stored."""
        if self._held is None:
            return self._store.get_registry_proto()
        return _copy(self._held)

    def update_registry_proto(self, registry_proto: Any) -> None:
        """Holds the new registry, or writes it atomically."""
        if self.hold:
            self._held = _copy(registry_proto)
        else:
            self._write(registry_proto)

    def teardown(self) -> None:
        self._held = None
        self._store.teardown()

    def publish(self) -> None:
        """Writes what is held, if anything, and holds no longer."""
        self.hold = False
        if self._held is not None:
            self._write(self._held)
            self._held = None

    def _write(self, registry_proto: Any) -> None:
        from feast.infra.registry.file import FileRegistryStore

        if isinstance(self._store, FileRegistryStore):
            with _replacing(self._store):
                self._store.update_registry_proto(registry_proto)
                _check_whole(self._store._filepath, registry_proto)
        else:
            self._store.update_registry_proto(registry_proto)


def install(hold: bool) -> None:
    """Makes every registry store that Feast creates from now on a staged one."""
    from feast.infra.registry import registry

    original = getattr(registry.get_registry_store_class_from_type, "original", None)
    if original is None:
        original = registry.get_registry_store_class_from_type

    def staged_class(registry_store_type: str) -> Any:
        store_class = original(registry_store_type)
        return lambda config, repo_path: StagedRegistryStore(store_class(config, repo_path), hold)

    staged_class.original = original  # type: ignore[attr-defined]
    registry.get_registry_store_class_from_type = staged_class


@contextlib.contextmanager
def _replacing(store: Any) -> Iterator[None]:
    """Points a ``FileRegistryStore`` at a new file and puts that in place of the old one.

    Feast itself writes and syncs the file; only its name is ours. A symbolic link stays
    one, and the file keeps its mode. Where the folder cannot take a second file (a file
    mounted alone into a container, a folder that is not ours), Feast writes in place.
    """
    link = store._filepath
    target = Path(os.path.realpath(link))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.touch()
    except PermissionError:
        yield
        return
    cleanup.add(temporary)
    store._filepath = temporary
    try:
        yield
        _keep_mode(target, temporary)
        try:
            os.replace(temporary, target)
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.EXDEV):
                raise
            target.write_bytes(temporary.read_bytes())
        _sync_folder(target.parent)
    finally:
        store._filepath = link
        temporary.unlink(missing_ok=True)
        cleanup.discard(temporary)


def remove_left_over(registry_file: Path) -> None:
    """Removes the new file of a run that was killed while it wrote; the old one is still the registry."""
    target = Path(os.path.realpath(registry_file))
    for path in target.parent.glob(f".{target.name}.*.tmp"):
        process = path.name[len(target.name) + 2 : -len(".tmp")]
        if process.isdigit() and not _is_running(int(process)):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It is somebody else's.
        pass
    return True


def _check_whole(file: Path, registry_proto: Any) -> None:
    """Feast writes without a buffer, and does not look whether everything was taken.

    Raises:
        DriverError: on a full disk, for one, a write may end early without an error.
    """
    written, wanted = file.stat().st_size, registry_proto.ByteSize()
    if written != wanted:
        raise DriverError(
            STORE_FAILED,
            f"The registry could not be written: the disk took {written} of {wanted} bytes.",
            hint="Make room on the disk, or raise the limit on the size of files, and apply again.",
        )


def _keep_mode(old: Path, new: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        was = old.stat()
        os.chmod(new, stat.S_IMODE(was.st_mode))
        if (was.st_uid, was.st_gid) != (os.getuid(), os.getgid()):
            with contextlib.suppress(PermissionError):
                os.chown(new, was.st_uid, was.st_gid)


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself survive a power cut; not every file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _copy(registry_proto: Any) -> Any:
    copy = type(registry_proto)()
    copy.CopyFrom(registry_proto)
    return copy


def exists(config: Any, repo: Path) -> bool:
    """Says whether the registry is there, without making it.

    Known for a file and for SQL; any other registry is somebody else's to create.
    """
    registry = config.registry
    if registry.registry_type == "sql":
        return _sql_registry_exists(registry.path)
    path = local_file(config, repo)
    return path is None or path.exists()


def local_file(config: Any, repo: Path) -> Optional[Path]:
    """Returns the path of a registry that is a local file, else none.

    As ``feast/infra/registry/registry.py::get_registry_store_class_from_scheme`` and
    ``file.py`` find it.
    """
    registry = config.registry
    if registry.registry_type != "file" or registry.registry_store_type not in (None, "FileRegistryStore"):
        return None
    if "://" in registry.path:
        return None
    path = Path(registry.path)
    return path if path.is_absolute() else repo / path


def _sql_registry_exists(url: str) -> bool:
    import sqlalchemy

    address = sqlalchemy.engine.make_url(url)
    if address.get_backend_name() == "sqlite" and address.database and not Path(address.database).exists():
        return False
    engine = sqlalchemy.create_engine(address)
    try:
        return bool(sqlalchemy.inspect(engine).has_table("projects"))
    finally:
        engine.dispose()


def empty_registry(config: Any, repo: Path) -> Any:
    """Returns a registry without content that lives in memory only."""
    from feast.infra.registry.registry import Registry
    from feast.repo_config import RegistryConfig

    install(hold=True)
    nowhere = RegistryConfig(path=str(repo / f".fsop-no-registry-{os.getpid()}"))
    return Registry(config.project, nowhere, repo_path=repo, auth_config=config.auth_config)


def stored_protos(registry: Any, project: str) -> Optional[Dict[Tuple[str, str], Any]]:
    """Returns the stored protocol buffers by kind and name; none for a registry that is no file.

    Reading them as objects loses fields: a batch feature view, for one, comes back without
    its function (``feast/feature_view.py::_from_proto_internal``).
    """
    if not isinstance(getattr(registry, "_registry_store", None), StagedRegistryStore):
        return None
    from feast.infra.registry.registry import FEAST_OBJECT_TYPES

    found = {}
    for object_type in FEAST_OBJECT_TYPES:
        kind = object_type.name.lower()
        plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
        for proto in getattr(registry.cached_registry_proto, plural):
            spec = getattr(proto, "spec", proto)
            if kind == "project" or spec.project == project:
                found[kind, spec.name] = proto
    return found
