"""Turns any exception into an error that names the user's own file and what to do."""

import linecache
import os
import re
import sqlite3
import sysconfig
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from fsop_driver.errors import (
    CONFIG_INVALID,
    DATA_FILE_MISSING,
    DEFINITION_FAILED,
    DEFINITION_REFUSED,
    DEFINITION_SYNTAX,
    DUPLICATE_NAME,
    EXTRA_MISSING,
    INTERNAL,
    MATERIALIZE_FAILED,
    MODULE_MISSING,
    REGISTRY_CORRUPT,
    REGISTRY_LOCKED,
    REGISTRY_UNREADABLE,
    STORE_FAILED,
    STORE_UNREACHABLE,
    DriverError,
)
from fsop_driver.specfile import key_position

_DRIVER = str(Path(__file__).resolve().parent)
# Where code that is not the user's lives.
_NOT_THE_USERS = tuple(
    {
        os.path.realpath(path) + os.sep
        for path in map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))
    }
) + (_DRIVER + os.sep, "<")

# The module that a store's class needs → the extra of Feast that brings it
# (Feast's own pyproject.toml, [project.optional-dependencies]).
_EXTRA_OF_MODULE = {
    "aerospike": "aerospike", "aiobotocore": "aws", "azure": "azure", "boto3": "aws", "botocore": "aws",
    "cassandra": "cassandra", "clickhouse_connect": "clickhouse", "couchbase": "couchbase", "deltalake": "delta",
    "duckdb": "duckdb", "elasticsearch": "elasticsearch", "google": "gcp", "great_expectations": "ge",
    "grpc": "grpcio", "happybase": "hbase", "hazelcast": "hazelcast", "ibis": "duckdb", "kubernetes": "k8s",
    "mlflow": "mlflow", "openlineage": "openlineage", "prometheus_client": "opentelemetry", "psutil": "opentelemetry",
    "psycopg": "postgres", "psycopg_pool": "postgres", "pyiceberg": "iceberg", "pymilvus": "milvus",
    "pymongo": "mongodb", "pymssql": "azure", "pymysql": "mysql", "pyodbc": "azure", "pyspark": "spark",
    "qdrant_client": "qdrant", "ray": "ray", "redis": "redis", "sentence_transformers": "rag",
    "singlestoredb": "singlestore", "snowflake": "snowflake", "sqlite_vec": "sqlite-vec", "torch": "pytorch",
    "transformers": "rag", "trino": "trino",
}  # fmt: skip

# Errors about one key of feature_store.yaml (`feast/errors.py`).
_KEY_OF_ERROR: Dict[str, List[Any]] = {
    "FeastFeatureServerTypeInvalidError": ["feature_server", "type"],
    "FeastInvalidAuthConfigClass": ["auth", "type"],
    "FeastOfflineStoreInvalidName": ["offline_store", "type"],
    "FeastOnlineStoreInvalidName": ["online_store", "type"],
    "FeastProviderNotImplementedError": ["provider"],
    "FeastRegistryNotSetError": ["registry"],
    "FeastRegistryTypeInvalidError": ["registry", "registry_type"],
}


class Context:
    """What an explanation may need to know about the run.

    Attributes:
        repo: the repository's folder.
        spec: its feature_store.yaml.
        stage: ``request``, ``import``, ``config``, ``definitions``, ``plan`` or a later part of the work.
        config, contents: Feast's ``RepoConfig`` and ``RepoContents``, once loaded.
    """

    def __init__(self, repo: Path, spec: Path) -> None:
        self.repo = repo
        self.spec = spec
        self.stage = "request"
        self.config: Any = None
        self.contents: Any = None


def explain(error: BaseException, context: Context) -> Dict[str, Any]:
    """Returns the ``error`` object of the protocol for any exception."""
    frames = user_frames(error)
    told = _as_driver_error(error, context, frames)
    if told.code == MATERIALIZE_FAILED and error.__cause__ is not None:
        cause = _as_driver_error(error.__cause__, context, frames)
        told.why = f"{cause.message} {cause.why or ''}".strip()
        told.hint = " ".join(filter(None, (cause.hint, told.hint))) or None
        told.details["cause"] = cause.code
    if told.file is None and frames:
        innermost = frames[-1]
        told.file, told.line, told.text = innermost["file"], innermost["line"], innermost["text"]
    return {
        **told.to_json(),
        "user_frames": frames,
        "traceback": "".join(traceback.format_exception(type(error), error, error.__traceback__)),
    }


def user_frames(error: BaseException) -> List[Dict[str, Any]]:
    """Returns the frames of an exception that are in the user's own files, outermost first."""
    frames = []
    if isinstance(error, DriverError) and error.__cause__ is not None:
        error = error.__cause__
    for entry in traceback.extract_tb(error.__traceback__):
        if is_users(entry.filename):
            frames.append(
                {
                    "file": entry.filename,
                    "line": entry.lineno,
                    "function": entry.name,
                    "text": (entry.line or "").strip(),
                }
            )
    return frames


def is_users(filename: str) -> bool:
    """Says whether a source file is neither Python's, nor installed, nor the driver's."""
    if filename.startswith("<"):
        return False
    return not os.path.realpath(filename).startswith(_NOT_THE_USERS)


def _as_driver_error(error: BaseException, context: Context, frames: List[Dict[str, Any]]) -> DriverError:
    if isinstance(error, DriverError):
        return error
    if isinstance(error, SyntaxError) and is_users(error.filename or "<"):
        return _syntax(error)
    for known in (_missing_module, _config_problem, _registry, _store, _data_file, _feast_refusal):
        told = known(error, context, frames)
        if told is not None:
            return told
    if context.stage == "definitions" or frames:
        return DriverError(
            DEFINITION_FAILED, f"The definitions raise {type(error).__name__}.", why=_first_line(error) or None
        )
    if context.stage == "plan":
        return DriverError(DEFINITION_REFUSED, f"Feast fails with {type(error).__name__}.", why=str(error) or None)
    if context.stage in ("registry", "apply", "verify", "materialize", "read", "write", "teardown"):
        return DriverError(STORE_FAILED, f"Feast fails with {type(error).__name__}.", why=str(error) or None)
    return DriverError(INTERNAL, f"{type(error).__name__} in the driver.", why=str(error) or None)


def _syntax(error: SyntaxError) -> DriverError:
    return DriverError(
        DEFINITION_SYNTAX,
        "Python cannot read this file.",
        why=error.msg,
        file=error.filename,
        line=error.lineno,
        column=error.offset,
        text=(error.text or "").strip() or None,
    )


def _missing_module(error: BaseException, context: Context, frames: List[Dict[str, Any]]) -> Optional[DriverError]:
    missing = _find(error, lambda cause: isinstance(cause, ModuleNotFoundError) and bool(cause.name))
    if missing is not None and missing.name:
        top = missing.name.partition(".")[0]
        if user_frames(missing):
            return DriverError(
                MODULE_MISSING,
                f'The definitions import "{missing.name}", which is not there.',
                why=str(missing),
                hint=f"For a package, add it to `spec.requirements` in {context.spec.name}, or `pip install {top}`. "
                "For a file of yours, imports start at the repository's folder.",
                details={"module": missing.name},
            )
        extra = _EXTRA_OF_MODULE.get(top)
        if extra or _class_name(error) == "FeastExtrasDependencyImportError":
            return _extra_missing(top, extra, str(missing))
        return DriverError(
            EXTRA_MISSING, f'Feast needs the module "{missing.name}", which is not there.', why=str(missing),
            hint=f"Add it to `spec.requirements` in {context.spec.name}.", details={"module": missing.name},
        )  # fmt: skip
    extras = _find(error, lambda cause: _class_name(cause) == "FeastExtrasDependencyImportError")
    if extras is not None:
        # Its text: 'Could not import X due to missing dependencies. … `pip install 'feast[redis]'`'
        found = re.search(r"feast\[([\w,.-]+)\]", str(extras))
        module = re.search(r"No module named '([\w.]+)'", str(extras))
        top = module[1].partition(".")[0] if module else ""
        return _extra_missing(top, found[1] if found else _EXTRA_OF_MODULE.get(top), str(extras))
    return None


def _extra_missing(module: str, extra: Optional[str], why: str) -> DriverError:
    what = f"feast[{extra}]" if extra else f"the package that brings {module}"
    return DriverError(
        EXTRA_MISSING,
        f"This feature store needs {what}, which is not installed.",
        why=why,
        hint=f"pip install '{what}'" if extra else None,
        details={"module": module, "extra": extra},
    )


def _config_problem(error: BaseException, context: Context, _: List[Dict[str, Any]]) -> Optional[DriverError]:
    from fsop_driver.repository import validation_problem

    if context.stage == "definitions":
        return None
    problem = validation_problem(error, context.spec)
    if problem is None and type(error).__module__ == "feast.errors" and context.stage in ("config", "registry"):
        path = _KEY_OF_ERROR.get(_class_name(error), [])
        line, column = key_position(context.spec, path)
        problem = DriverError(
            CONFIG_INVALID,
            f"Feast refuses {context.spec.name}.",
            why=_first_line(error),
            file=str(context.spec),
            line=line,
            column=column,
            path=path or None,
            hint="Run `fsop verify` for every problem with its place.",
        )
    return problem


def _registry(error: BaseException, context: Context, _: List[Dict[str, Any]]) -> Optional[DriverError]:
    place = f" ({context.config.registry.path})" if context.config is not None and context.config.registry else ""
    if _find(error, lambda cause: _class_name(cause) == "DecodeError") is not None:
        return DriverError(
            REGISTRY_CORRUPT,
            f"The registry file{place} cannot be read: it is damaged, or no Feast registry.",
            why=_first_line(error),
            hint="Put a backup in its place. Without one, move it away and apply again: the definitions come back, "
            "the record of what was materialized does not.",
        )
    if context.stage == "registry" and isinstance(error, (PermissionError, IsADirectoryError, NotADirectoryError)):
        return DriverError(REGISTRY_UNREADABLE, f"The registry{place} cannot be opened.", why=_os_reason(error))
    locked = _find(error, lambda cause: "database is locked" in str(cause).lower())
    if locked is not None:
        return DriverError(
            REGISTRY_LOCKED, "A database is locked by another process.", why=_first_line(locked),
            hint="Wait until the other apply or materialization has ended, then run this again.",
        )  # fmt: skip
    return None


_UNREACHABLE = re.compile(
    r"connection (was )?refused|could not connect|can't connect|timed? ?out|name or service not known|no route to host"
    r"|name resolution|nodename nor servname|failed to connect|unavailable|connection reset|network is unreachable"
    r"|connecting to|connection error",
    re.IGNORECASE,
)


def _store(error: BaseException, context: Context, frames: List[Dict[str, Any]]) -> Optional[DriverError]:
    if context.stage == "definitions":
        return None

    def network(cause: BaseException) -> bool:
        kinds = {base.__name__ for base in type(cause).__mro__}
        named = kinds & {"ConnectionError", "TimeoutError", "OperationalError", "RpcError", "ClientError", "gaierror",
                         "EndpointConnectionError", "NoBrokersAvailable", "ServiceUnavailable"}  # fmt: skip
        return (
            bool(named)
            and not isinstance(cause, sqlite3.Error)
            and bool(_UNREACHABLE.search(str(cause)) or isinstance(cause, (ConnectionError, TimeoutError)))
        )

    cause = _find(error, network)
    if cause is not None:
        return DriverError(
            STORE_UNREACHABLE,
            f"{_what_is_contacted(error, context)} cannot be reached.",
            why=_first_line(cause),
            hint="Check its address and that it is running, from where this command runs.",
        )
    return None


def _what_is_contacted(error: BaseException, context: Context) -> str:
    """Names the store by the Feast module that was talking to it."""
    files = [entry.filename.replace(os.sep, "/") for entry in traceback.extract_tb(error.__traceback__)]
    config = context.config
    for part, words in (
        ("/feast/infra/online_stores/", ("online store", getattr(getattr(config, "online_store", None), "type", ""))),
        ("/feast/infra/registry/", ("registry", getattr(getattr(config, "registry", None), "registry_type", ""))),
        (
            "/feast/infra/offline_stores/",
            ("offline store", getattr(getattr(config, "offline_store", None), "type", "")),
        ),
    ):
        if any(part in file for file in files):
            return f"The {words[0]} ({words[1]})" if words[1] else f"The {words[0]}"
    return "A store"


def _data_file(error: BaseException, context: Context, frames: List[Dict[str, Any]]) -> Optional[DriverError]:
    from fsop_driver import datafiles, origins

    if context.contents is None or not isinstance(error, (OSError,)):
        return None
    for source, path in datafiles.local_sources(context.contents, context.repo):
        if not path.exists() and (str(path) in str(error) or source.path in str(error)):
            place = origins.place(source) or {}
            return DriverError(
                DATA_FILE_MISSING,
                f'The data file of the source "{source.name}" does not exist: {path}',
                why="Feast reads it to find the columns that the definitions leave out.",
                hint="Create the file, correct `path`, or declare `timestamp_field` and every `schema`.",
                file=place.get("file"),
                line=place.get("line"),
                text=place.get("text"),
                details={"source": source.name, "data_file": str(path)},
            )
    return None


def _feast_refusal(error: BaseException, context: Context, frames: List[Dict[str, Any]]) -> Optional[DriverError]:
    """A rule of Feast that the definitions break, after they were loaded."""
    if context.stage not in ("definitions", "plan"):
        return None
    name = _class_name(error)
    if name in ("ConflictingFeatureViewNames", "DataSourceRepeatNamesException"):
        return DriverError(DUPLICATE_NAME, _first_line(error), hint="Rename or remove one of the two.")
    if name == "TypeCheckError" or type(error).__module__ == "feast.errors":
        where = {"file": None, "line": None, "text": None} if not frames else frames[-1]
        return DriverError(
            DEFINITION_REFUSED,
            "Feast refuses the definitions.",
            why=_first_line(error),
            file=where["file"],
            line=where["line"],
            text=where["text"],
        )
    return None


def _find(error: BaseException, wanted: Callable[[BaseException], bool]) -> Any:
    """Returns the first exception in the chain of causes that is wanted."""
    seen = set()
    cause: Optional[BaseException] = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if wanted(cause):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _class_name(error: BaseException) -> str:
    return type(error).__name__


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _os_reason(error: OSError) -> str:
    return f"{error.strerror}: {error.filename}" if error.strerror else str(error)


def source_line(file: str, line: int) -> str:
    """Returns the text of one line of a source file, without its indentation."""
    return linecache.getline(file, line).strip()
