"""Says what Feast does with whole feature_store.yaml files, for the tests that compare fsop with it.

One process for all, because importing Feast takes seconds. Reads `[{"text": …, "env": {…}}, …]` on stdin and writes
`[{"verdict": "accepts" | "refuses" | "missing", "why": …}, …]`. A file is loaded with Feast's own loader, then
everything is touched that Feast looks at only when a store is used. Stores are not connected to.

A config class whose module needs an extra is cut out of its source (class_slicer), so that Feast's loader can judge
every type in an environment without extras. `missing` is left for modules that are not there at all, such as a class
of the user's own; it is told by the type of the exception.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from class_slicer import config_class

import feast.repo_config as repo_config
from feast.errors import (
    FeastExtrasDependencyImportError,
    FeastModuleImportError,
    FeastProviderNotImplementedError,
)
from feast.importer import import_class
from feast.infra.provider import PROVIDERS_CLASS_FOR_TYPE
from feast.infra.registry.registry import (
    get_registry_store_class_from_scheme,
    get_registry_store_class_from_type,
)

LATE_PROPERTIES = ("registry", "online_store", "offline_store", "batch_engine", "auth_config", "openlineage", "mlflow")


@lru_cache(maxsize=None)
def import_or_slice(module_name: str, class_name: str, class_type: str = "") -> Any:
    try:
        return import_class(module_name, class_name, class_type)
    except FeastModuleImportError as error:
        if not module_name.startswith("feast.") or names_missing_feast_module(error):
            raise
        return config_class(module_name, class_name)


def names_missing_feast_module(error: FeastModuleImportError) -> bool:
    cause = error.__cause__
    return isinstance(cause, ModuleNotFoundError) and (cause.name or "").startswith("feast.")


def use(config: repo_config.RepoConfig) -> None:
    """What FeatureStore and the stores do with the configuration before they talk to anything."""
    for name in LATE_PROPERTIES:
        getattr(config, name)
    use_registry(config.registry)
    use_provider(config.provider)
    for member in hybrid_members(config.online_store, "online_stores"):
        repo_config.get_online_config_from_type(member.type.split(".")[-1].lower())(**member.conf)
    for member in hybrid_members(config.offline_store, "offline_stores"):
        repo_config.get_offline_config_from_type(member.type)(**member.conf)
    if config.batch_engine_config == "snowflake.engine" or (
        isinstance(config.batch_engine_config, dict) and config.batch_engine_config["type"] == "snowflake.engine"
    ):
        # SnowflakeComputeEngine.__init__
        assert config.offline_store.type == "snowflake.offline"


def use_registry(registry: Any) -> None:
    """FeatureStore._init_registry, the constructors of Registry and SqlRegistry."""
    if registry.registry_type == "sql":
        from sqlalchemy.engine import make_url

        for url in filter(None, (registry.path or "", registry.read_path)) if registry.path else [registry.path]:
            make_url(url).get_dialect()
    elif registry.registry_type == "file":
        if registry.registry_store_type is None:
            get_registry_store_class_from_scheme(registry.path)
        else:
            get_registry_store_class_from_type(registry.registry_store_type)


def use_provider(provider: str) -> None:
    """get_provider, without making one."""
    if "." in provider:
        import_class(*provider.rsplit(".", 1), "Provider")
    elif provider not in PROVIDERS_CLASS_FOR_TYPE:
        raise FeastProviderNotImplementedError(provider)


def hybrid_members(store: Any, name: str) -> list[Any]:
    return list(getattr(store, name)) if getattr(store, "type", None) == "hybrid" else []


def verdict(document: dict[str, Any], folder: Path) -> dict[str, str]:
    file = folder / "feature_store.yaml"
    file.write_bytes(document["text"].encode("utf-8"))
    environment = dict(os.environ)
    os.environ.update(document["env"])
    try:
        use(repo_config.load_repo_config(folder, file))
    except (FeastModuleImportError, FeastExtrasDependencyImportError) as error:
        broken = isinstance(error, FeastModuleImportError) and names_missing_feast_module(error)
        return {"verdict": "refuses" if broken else "missing", "why": str(error)}
    except ModuleNotFoundError as error:
        return {"verdict": "missing", "why": str(error)}
    except Exception as error:  # whatever Feast raises is a refusal
        return {"verdict": "refuses", "why": f"{type(error).__name__}: {error}"}
    finally:
        os.environ.clear()
        os.environ.update(environment)
    return {"verdict": "accepts", "why": ""}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    repo_config.import_class = import_or_slice
    documents = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        json.dump([verdict(document, Path(folder)) for document in documents], sys.stdout)


if __name__ == "__main__":
    main()
