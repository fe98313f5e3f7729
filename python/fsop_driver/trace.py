"""Records what an ``apply`` depended on, so that fsop can tell later that nothing changed.

A cached answer must never be wrong, only missing: whatever cannot be seen or checked
later makes the run not cacheable. What is seen, and how:

- files opened by Python: the audit event ``open``;
- folders listed: ``os.listdir`` and ``os.scandir``, of which the import system's own
  matter only for names that could be modules;
- environment variables: reads of ``os.environ``;
- network, child processes and databases: audit events; not cacheable;
- the clock, chance, ``stat``: nothing sees these; ``volatility`` reads the source;
- data files, which C++ opens: named by the definitions;
- installed packages, registry, online store: looked at when all is done.
"""

import hashlib
import os
import secrets
import stat
import sys
import sysconfig
import time
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from fsop_driver import datafiles, failures, registry_store, volatility

VERSION = 1
WHOLE_FILE_LIMIT = 8 * 1024 * 1024
_READ_LIMIT = 64 * 1024 * 1024
# Read by Python and its C libraries without asking `os.environ`.
_ALWAYS_READ = ("LANG", "LC_ALL", "PYTHONHASHSEED", "PYTHONHOME", "PYTHONPATH", "TZ")
_NOT_REPEATABLE_EVENTS = {
    "socket.connect": "opens a network connection", "socket.getaddrinfo": "looks up a network name",
    "socket.gethostbyname": "looks up a network name", "socket.gethostname": "asks for the host's name",
    "subprocess.Popen": "starts a process", "os.system": "starts a process", "os.exec": "starts a process",
    "os.fork": "starts a process", "os.posix_spawn": "starts a process", "os.spawn": "starts a process",
    "sqlite3.connect": "opens a database", "urllib.Request": "opens a network connection",
}  # fmt: skip
_SITE_ENTRIES = (".dist-info", ".egg-info", ".egg-link", ".pth")
_PASSTHROUGH_PROVIDERS = ("local", "gcp", "aws", "azure")
_MODULE_SUFFIXES = (".py", ".pyc", ".so", ".pyd")
# Say where a command is run from. Packages read them as they are imported (gunicorn does),
# and nothing that is applied follows from them, unless the definitions ask.
_SESSION_VARIABLES = {"_", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "TERM", "XDG_RUNTIME_DIR"}
# Before anything is set: Feast, for one, sets PROMETHEUS_MULTIPROC_DIR to a new folder.
_STARTED_WITH = dict(os.environ)
_KERNEL = ("/proc/", "/sys/", "/dev/")
_THIS_FILE = __file__
_DRIVER = str(Path(__file__).parent) + os.sep


class Tracer:
    """Watches one run from before Feast is imported until the plan is made."""

    def __init__(self, repo: Path, spec: Path) -> None:
        self._repo = repo
        self._spec = spec
        # File times come from a coarser clock than this one.
        self._since = time.time_ns() - 20_000_000
        self._opened: Set[str] = set()
        self._listed: Dict[str, str] = {}
        self._variables: Set[str] = set(_ALWAYS_READ)
        self._bulk_readers: Set[Any] = set()
        self._reasons: Set[str] = set()
        self._watching = False
        self._strict = False
        self._installed = _installed_folders()

    def start(self) -> None:
        """Begins to watch. The hook stays for good (Python cannot remove one), but idle."""
        self._watching = True
        sys.addaudithook(self._audit)
        _watch_environment(self._read_variable, self._read_all_variables)

    def strict(self) -> None:
        """From now on the user's code runs: side effects make the run not cacheable."""
        self._strict = True

    def stop(self) -> None:
        """Ends the watch: what applying does to the stores is not an input."""
        self._watching = self._strict = False

    def result(self, config: Any, contents: Any) -> Dict[str, Any]:
        """Returns the trace; to be called when the registry and stores are as they will stay."""
        self.stop()
        salt = secrets.token_hex(16)
        reasons = self._reasons
        reasons.update(_config_reasons(config))
        modules = _users_modules()
        reasons.update(volatility.reasons(modules, _is_users_module))
        paths = {str(self._spec), str(self._repo / ".feastignore"), *self._opened, *map(str, modules)}
        stores = {str(path) for path in (registry_store.local_file(config, self._repo), _sqlite_path(config)) if path}
        files, missing = [], []
        for path in sorted(paths - stores):
            entry = self._file(path)
            if entry is None:
                missing.append(path)
            else:
                files.append(entry)
        trace = {
            "version": VERSION,
            "repo": str(self._repo),
            "spec": str(self._spec),
            "salt": salt,
            "env": [_variable(name, salt) for name in sorted(self._variables)],
            "files": files,
            "missing": missing,
            "directories": self._directories(),
            "data": self._data(contents),
            "environment": environment(),
            "registry": self._registry(config),
            "online_store": self._online_store(config),
        }
        return {"cacheable": not reasons, "reasons": sorted(reasons), **trace}

    def _audit(self, event: str, args: Tuple[Any, ...]) -> None:
        if not self._watching:
            return
        if event == "open":
            if not _from_driver():
                self._opening(args)
        elif event in ("os.listdir", "os.scandir"):
            self._listing(args[0])
        elif self._strict and event in _NOT_REPEATABLE_EVENTS and not _from_driver():
            self._reasons.add(f"loading the definitions {_NOT_REPEATABLE_EVENTS[event]}")

    def _opening(self, args: Tuple[Any, ...]) -> None:
        path, mode, flags = args
        if isinstance(path, int) or path is None:
            return
        path = os.path.abspath(os.fsdecode(path))
        if path.startswith(self._installed) or path == os.devnull or _is_bytecode(path):
            return
        writes = flags & (os.O_WRONLY | os.O_RDWR) or (isinstance(mode, str) and set(mode) & set("wax+"))
        if writes or path.startswith(_KERNEL):
            if self._strict:
                self._reasons.add(f"loading the definitions {'writes' if writes else 'reads'} {path}")
        else:
            self._opened.add(path)

    def _listing(self, path: Any) -> None:
        if isinstance(path, int):
            return
        folder = os.path.abspath(os.fsdecode(path if path is not None else "."))
        if (folder + os.sep).startswith(self._installed):
            return
        if (folder + os.sep).startswith(_KERNEL):
            if self._strict:
                self._reasons.add(f"loading the definitions reads {folder}")
            return
        kind = _lister()
        # Who lists a folder to read it needs all of its names.
        if kind is not None and self._listed.get(folder) != "listing":
            self._listed[folder] = kind

    def _read_variable(self, name: str, frame: FrameType) -> None:
        if not self._watching or frame.f_code in self._bulk_readers:
            return
        if name not in _SESSION_VARIABLES or failures.is_users(frame.f_code.co_filename):
            self._variables.add(name)

    def _read_all_variables(self, frame: FrameType) -> None:
        if not self._watching:
            return
        self._bulk_readers.add(frame.f_code)
        if failures.is_users(frame.f_code.co_filename):
            self._reasons.add(f"{frame.f_code.co_filename}:{frame.f_lineno}: reads every environment variable")

    def _file(self, path: str) -> Optional[Dict[str, Any]]:
        try:
            info = os.stat(path)
            if not stat.S_ISREG(info.st_mode) or info.st_size > _READ_LIMIT:
                self._reasons.add(f"{path} is too large, or no plain file")
                return {"path": path, "size": info.st_size, "sha256": ""}
            self._check_age(path, info)
            return {"path": path, "size": info.st_size, "sha256": _sha256(Path(path).read_bytes())}
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._reasons.add(f"{path} cannot be read: {error.strerror}")
            return None

    def _check_age(self, path: str, info: os.stat_result) -> None:
        """What changed during the run may not be what was read."""
        if max(info.st_mtime_ns, info.st_ctime_ns) >= self._since:
            self._reasons.add(f"{path} was changed during the run")

    def _directories(self) -> List[Dict[str, str]]:
        folders = {**self._listed}
        found = [{"path": str(self._repo), "kind": "python_tree", "sha256": listing(str(self._repo), "python_tree")}]
        for folder, kind in sorted(folders.items()):
            found.append({"path": folder, "kind": kind, "sha256": listing(folder, kind)})
        return found

    def _data(self, contents: Any) -> List[Dict[str, Any]]:
        self._reasons.update(_source_reasons(contents, self._repo))
        entries = []
        for path in sorted({str(path) for _, path in datafiles.local_sources(contents, self._repo)}):
            try:
                info = os.stat(path)
            except OSError:
                entries.append({"path": path, "exists": False})
                continue
            if not stat.S_ISREG(info.st_mode):
                self._reasons.add(f"{path} is a folder of data")
                continue
            self._check_age(path, info)
            part, digest = data_digest(path, info.st_size)
            entries.append(
                {"path": path, "exists": True, "size": info.st_size, "mtime_ns": str(info.st_mtime_ns),
                 "part": part, "sha256": digest}
            )  # fmt: skip
        return entries

    def _registry(self, config: Any) -> Optional[Dict[str, Any]]:
        path = registry_store.local_file(config, self._repo)
        if path is None:
            self._reasons.add("the registry is not a local file")
            return None
        content = path.read_bytes()
        return {"path": str(path), "size": len(content), "sha256": _sha256(content)}

    def _online_store(self, config: Any) -> Dict[str, Any]:
        kind = getattr(config.online_store, "type", None)
        if kind in (None, "redis"):
            return {"kind": kind or "none"}
        path = _sqlite_path(config)
        if path is None:
            self._reasons.add(f"the state of the online store ({kind}) cannot be checked without Feast")
            return {"kind": kind}
        return {"kind": "sqlite", "path": str(path), **sqlite_state(str(path))}


def listing(folder: str, kind: str) -> str:
    """Returns a hash of the names in a folder.

    ``listing``: every name; ``modules``: folders and what Python could import;
    ``python_tree``: every ``*.py`` below, and the folders. A line is a letter (``d``,
    ``l`` for a link, ``f``), a tab and the path, sorted by the bytes of the path.
    """
    lines: List[str] = []

    def walk(current: str, prefix: str) -> None:
        try:
            entries = list(os.scandir(current))
        except OSError:
            lines.append(f"!\t{prefix}")
            return
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            name = f"{prefix}{entry.name}"
            if kind == "python_tree" and is_folder:
                walk(entry.path, f"{name}/")
                continue
            wanted = kind == "listing" or entry.name.endswith(".py") or (kind == "modules" and (
                entry.is_dir() or entry.name.endswith(_MODULE_SUFFIXES)))  # fmt: skip
            if wanted and entry.name != "__pycache__":
                letter = "d" if is_folder else "l" if entry.is_symlink() else "f"
                target = f"\t{os.readlink(entry.path)}" if letter == "l" else ""
                lines.append(f"{letter}\t{name}{target}")

    walk(folder, "")
    encoded = sorted(line.encode("utf-8", "surrogateescape") for line in lines)
    return hashlib.sha256(b"".join(line + b"\n" for line in encoded)).hexdigest()


def data_digest(path: str, size: int) -> Tuple[str, str]:
    """Returns what of a data file is hashed (``whole`` or ``footer``), and its hash.

    Of a large Parquet file the footer: it holds the schema and the statistics. Its length
    is in the four bytes before the closing ``PAR1``.
    """
    with open(path, "rb") as file:
        if size > WHOLE_FILE_LIMIT:
            file.seek(-8, os.SEEK_END)
            tail = file.read(8)
            length = int.from_bytes(tail[:4], "little")
            if tail[4:] == b"PAR1" and length + 8 <= size:
                file.seek(-8 - length, os.SEEK_END)
                return "footer", _sha256(file.read(length + 8))
            file.seek(0)
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
        return "whole", digest.hexdigest()


def environment() -> Dict[str, Any]:
    """Returns what identifies the installed packages: folders to look at, and a hash.

    The hash is over lines ``folder``, and below each ``name TAB mtime in ns`` of its
    entries that end in .dist-info, .egg-info, .egg-link or .pth, sorted; then the
    interpreter's file, size and time.
    """
    folders = sorted({path for path in sys.path if os.path.isdir(path) and _is_site(path)})
    lines = []
    for folder in folders:
        lines.append(folder)
        names = sorted(name for name in os.listdir(folder) if name.endswith(_SITE_ENTRIES))
        lines += [f"{name}\t{os.stat(os.path.join(folder, name)).st_mtime_ns}" for name in names]
    interpreter = os.path.realpath(sys.executable)
    info = os.stat(interpreter)
    lines.append(f"{interpreter}\t{info.st_size}\t{info.st_mtime_ns}")
    return {
        "folders": folders,
        "interpreter": interpreter,
        "sha256": _sha256("".join(f"{x}\n" for x in lines).encode()),
    }


def sqlite_state(path: str) -> Dict[str, Any]:
    """Returns whether a database exists, and its schema cookie.

    SQLite counts changes of the schema at offset 40 of the file (big endian), section
    1.3 of its file format; rows do not change it.
    """
    try:
        with open(path, "rb") as file:
            header = file.read(44)
    except FileNotFoundError:
        return {"exists": False, "schema_cookie": None}
    return {"exists": True, "schema_cookie": int.from_bytes(header[40:44], "big") if len(header) == 44 else 0}


def _variable(name: str, salt: str) -> Dict[str, Any]:
    value = _STARTED_WITH.get(name)
    digest = _sha256(f"{salt}{name}={value}".encode("utf-8", "surrogateescape")) if value is not None else None
    return {"name": name, "sha256": digest}


def _config_reasons(config: Any) -> Set[str]:
    found = set()
    if config.provider not in _PASSTHROUGH_PROVIDERS:
        found.add(f"the provider {config.provider} may look at anything")
    for section in ("openlineage", "mlflow"):
        options = getattr(config, section, None)
        if options is not None and getattr(options, "enabled", False):
            found.add(f"{section} is told of every apply")
    quality = getattr(config, "data_quality_monitoring_config", None)
    if quality is not None and quality.auto_baseline:
        found.add("every apply starts data quality baselines")
    return found


def _source_reasons(contents: Any, repo: Path) -> Set[str]:
    from feast.data_format import ParquetFormat
    from feast.data_source import KafkaSource, KinesisSource, PushSource, RequestSource
    from feast.infra.offline_stores.file_source import FileSource

    found = set()
    for source in contents.data_sources:
        for candidate in (source, getattr(source, "batch_source", None)):
            if isinstance(candidate, FileSource):
                if datafiles.local_path(candidate.path, repo) is None:
                    found.add(f"the data of {candidate.name} is not on this machine")
                elif not isinstance(candidate.file_format, (ParquetFormat, type(None))):
                    found.add(f"the data of {candidate.name} is more than one file")
            elif candidate is not None and type(candidate) not in (
                PushSource,
                RequestSource,
                KafkaSource,
                KinesisSource,
            ):
                found.add(f"the table of {candidate.name} ({type(candidate).__name__}) cannot be checked without Feast")
    return found


def _sqlite_path(config: Any) -> Optional[Path]:
    if getattr(config.online_store, "type", None) != "sqlite":
        return None
    from feast.infra.online_stores.sqlite import SqliteOnlineStore

    return Path(SqliteOnlineStore._get_db_path(config))


def _users_modules() -> List[Path]:
    """The source files of the user's own modules that were loaded."""
    files = set()
    for module in list(sys.modules.values()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        if isinstance(origin, str) and os.path.isabs(origin) and failures.is_users(origin):
            files.add(Path(origin))
    return sorted(files)


def _is_users_module(name: str) -> bool:
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return False
    if isinstance(spec.origin, str) and os.path.isabs(spec.origin):
        return failures.is_users(spec.origin)
    # A folder without `__init__.py`.
    return spec.origin is None and all(failures.is_users(path) for path in spec.submodule_search_locations or ("<",))


def _installed_folders() -> Tuple[str, ...]:
    """Where Python, installed packages and the driver are, with a closing slash.

    A whole prefix counts only if it is an environment: that of a system Python is /usr.
    """
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {path for path in sys.path if _is_site(path)} | {str(Path(__file__).parent)}
    folders |= {path for path in sys.path if path.endswith(".zip")}
    if sys.prefix != sys.base_prefix:
        folders.add(sys.prefix)
    return tuple(sorted({form + os.sep for path in folders for form in (path, os.path.realpath(path))}))


def _is_site(path: str) -> bool:
    return os.path.basename(path) in ("site-packages", "dist-packages")


def _is_bytecode(path: str) -> bool:
    return path.endswith(".pyc") and os.path.basename(os.path.dirname(path)) == "__pycache__"


def _lister() -> Optional[str]:
    """Says for what the folder is being listed: imports, or anything else; none if by us or Feast's search.

    Feast's search for ``*.py`` files (``feast/repo_operations.py::get_repo_files``) is
    covered by ``python_tree``.
    """
    frame: Optional[FrameType] = sys._getframe(3)
    kind = "modules" if frame is not None and "importlib" in frame.f_code.co_filename else "listing"
    while frame is not None:
        code = frame.f_code
        if code.co_name == "get_repo_files" or code.co_filename == _THIS_FILE:
            return None
        frame = frame.f_back
    return kind


def _from_driver() -> bool:
    """Says whether an event comes from the driver's own code, with no Feast or user in between."""
    frame: Optional[FrameType] = sys._getframe(2)
    return frame is not None and frame.f_code.co_filename.startswith(_DRIVER)


def _watch_environment(one: Callable[[str, FrameType], None], every: Callable[[FrameType], None]) -> None:
    """Reports reads of ``os.environ``: of one variable, or of all, with the frame that reads."""
    kind = type(os.environ)
    get_item, iterate = kind.__getitem__, kind.__iter__
    standard = (os.__file__, os.path.__file__)

    def reader() -> FrameType:
        frame = sys._getframe(2)
        # `get`, `items`, `getenv` and `expandvars` read on behalf of their caller.
        while frame.f_back is not None and (
            frame.f_code.co_filename in standard
            or frame.f_code.co_filename.endswith(("_collections_abc.py", "collections_abc>"))
        ):
            frame = frame.f_back
        return frame

    def __getitem__(self: Any, key: Any) -> Any:
        one(os.fsdecode(key) if isinstance(key, (str, bytes)) else str(key), reader())
        return get_item(self, key)

    def __iter__(self: Any) -> Any:
        every(reader())
        return iterate(self)

    kind.__getitem__, kind.__iter__ = __getitem__, __iter__  # type: ignore[method-assign]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
