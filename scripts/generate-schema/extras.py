"""Which pip extras of feast a type needs: what its module imports, against the extras' own requirements."""

from __future__ import annotations

import ast
import re
import sys
from functools import lru_cache
from importlib import metadata, util

from feast_source import module_file, module_tree, resolve_relative

# Import names that differ from the name of the package they come from.
_DISTRIBUTIONS = {
    "bson": ("pymongo",),
    "cassandra": ("cassandra-driver", "scylla-driver"),
    "couchbase_columnar": ("couchbase-columnar",),
    "grpc": ("grpcio",),
    "hazelcast": ("hazelcast-python-client",),
    "ibis": ("ibis-framework",),
    "psycopg_pool": ("psycopg",),
    "snowflake": ("snowflake-connector-python",),
}

# Packages that come with another one, and so are in no extra of their own name.
_COMES_WITH = {
    "aerospike-helpers": "aerospike",
    "botocore": "boto3",
    "cryptography": "snowflake-connector-python",
    "duckdb": "ibis-framework",
}

# Needs that no import at module level shows, because Feast imports the package on first use.
_LAZY = {
    ("auth", "kubernetes"): ("k8s",),
    ("batch_engine", "flink.engine"): ("flink",),
    ("feature_server", "mcp"): ("mcp",),
    ("offline_store", "mssql"): ("mssql",),
    ("provider", "unity_catalog"): ("iceberg",),
}

# Top-level blocks that need a package.
BLOCK_EXTRAS = {"mlflow": ("mlflow",), "openlineage": ("openlineage",)}

# Collections of everything, for Feast's own development.
_COLLECTIONS = {"ci", "dev", "docs", "minimal", "minimal-sdist-build", "nlp", "test", "image", "setuptools"}


class ExtrasError(Exception):
    """An import that cannot be matched with an extra, or an extra that this Feast does not have."""


def extras_of(component: str, word: str, module: str) -> list[str]:
    """The extras that `module` (of the type `word`) cannot be imported or used without, sorted.

    Raises ExtrasError where an import is neither part of plain feast nor of any extra.
    """
    chosen: set[str] = set(_LAZY.get((component, word), ()))
    chosen |= _named_by_feast(module)
    unmet = [c for c in (_extras_with(name) for name in sorted(_third_party_imports(module))) if c]
    for candidates in sorted(unmet, key=lambda c: (len(c), sorted(c))):
        if not candidates & chosen:
            stem = word.split(".")[0]
            chosen.add(stem if stem in candidates else min(candidates, key=lambda e: (len(_requirements()[e]), e)))
    return sorted(known(extra) for extra in chosen)


def known(extra: str) -> str:
    """The extra itself. Raises ExtrasError where this version of Feast does not have it."""
    if extra not in _requirements():
        raise ExtrasError(f"feast has no extra {extra!r}")
    return extra


@lru_cache(maxsize=None)
def _requirements() -> dict[str, frozenset[str]]:
    """The distributions that each extra requires; plain feast under the empty name."""
    found: dict[str, set[str]] = {"": set()}
    for extra in metadata.metadata("feast").get_all("Provides-Extra") or []:
        if extra not in _COLLECTIONS:
            found[extra] = set()
    for requirement in metadata.requires("feast") or []:
        name = _normalised(re.split(r"[\s\[<>=!~;(]", requirement, maxsplit=1)[0])
        marker = re.search(r"extra == ['\"]([^'\"]+)['\"]", requirement)
        if marker is None or marker.group(1) in found:
            found[marker.group(1) if marker else ""].add(name)
    return {extra: frozenset(names) for extra, names in found.items()}


def _extras_with(import_name: str) -> frozenset[str] | None:
    """The extras that bring the package of an import; None where plain feast has it already."""
    requirements = _requirements()
    distributions = _distributions(import_name)
    if any(d in requirements[""] for d in distributions):
        return None
    found = frozenset(e for e, names in requirements.items() if e and any(d in names for d in distributions))
    if found:
        return found
    if util.find_spec(import_name.split(".")[0]) is not None:
        return None  # comes with a requirement of plain feast
    raise ExtrasError(f"no extra of feast brings {import_name!r}: teach extras.py about it")


def _distributions(import_name: str) -> list[str]:
    parts = import_name.split(".")
    names = list(_DISTRIBUTIONS.get(parts[0], ()))
    names += [_normalised("-".join(parts[:length])) for length in range(len(parts), 0, -1)]
    return [_COMES_WITH.get(name, name) for name in names]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _named_by_feast(module: str) -> set[str]:
    """Extras that Feast itself names when an import at module level fails."""
    found = set()
    for source in _closure(module):
        for statement in module_tree(source).body:
            if not isinstance(statement, ast.Try):
                continue
            for handler in statement.handlers:
                for node in ast.walk(handler):
                    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FeastExtrasDependencyImportError":
                        argument = node.args[0]
                        if isinstance(argument, ast.Constant) and argument.value in _requirements():
                            found.add(argument.value)
    return found


def _third_party_imports(module: str) -> set[str]:
    """The packages that importing `module` must find, as dotted names (`google.cloud.bigquery`)."""
    found = set()
    for source in _closure(module):
        for name in _hard_imports(source):
            top = name.split(".")[0]
            if top != "feast" and top not in sys.stdlib_module_names:
                found.add(name)
    return found


@lru_cache(maxsize=None)
def _closure(module: str) -> tuple[str, ...]:
    """The Feast modules that importing `module` imports, itself included, as far as they fail without an extra."""
    seen: dict[str, None] = {}
    queue = [module]
    while queue:
        current = queue.pop()
        if current in seen or module_file(current) is None:
            continue
        seen[current] = None
        queue += [name for name in _hard_imports(current) if name.startswith("feast.")]
        queue.append(current.rpartition(".")[0])  # a package's __init__ runs before its modules
    return tuple(seen)


@lru_cache(maxsize=None)
def _hard_imports(module: str) -> tuple[str, ...]:
    """What a module imports when it is imported; not what it tries, imports for type checkers, or in functions."""
    found: list[str] = []

    def visit(body: list[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.Import):
                found.extend(alias.name for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom):
                source = resolve_relative(module, statement)
                found.append(source)
                found.extend(f"{source}.{alias.name}" for alias in statement.names)
            elif isinstance(statement, ast.Try) and _reraises(statement):
                visit(statement.body)
            elif isinstance(statement, ast.If) and "TYPE_CHECKING" not in ast.dump(statement.test):
                visit(statement.body)

    visit(module_tree(module).body)
    return tuple(found)


def _reraises(statement: ast.Try) -> bool:
    return any(isinstance(node, ast.Raise) for handler in statement.handlers for node in ast.walk(handler))
