"""Writes the JSON Schemas of feature_store.yaml for the Feast that is installed in this Python environment.

    python generate_schema.py --output feast-0.67.0.json

The file format and the way to add a Feast version: docs/schema.md.
"""

from __future__ import annotations

import argparse
import json
import logging
import warnings
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from class_slicer import config_class
from extras import BLOCK_EXTRAS, extras_of, known
from feast_catalog import (
    COMPONENTS,
    WRITTEN_WORD,
    CatalogError,
    Component,
    TypeEntry,
    accepted_keywords,
    check_dictionaries,
    class_paths,
    type_entries,
)
from lax_schema import nullable, schema_of
from validator_rules import validators_of

# Top-level blocks that RepoConfig types as Any and turns into a class of their own on first use.
_LATE_BLOCKS = {"mlflow": "feast.mlflow_integration.config.MlflowConfig"}

# Keys that RepoConfig leaves to anyone.
_FREE_KEYS = {"flags"}

# Attributes that a file cannot set: the loader writes repo_path, and RepoConfig.__init__ replaces what was given
# under these attribute names by what is under the key, or by the default.
_UNREACHABLE = {"repo_path", "registry_config", "online_config", "offline_config"}


def generate() -> dict[str, Any]:
    """The whole document. Raises where Feast holds something that would be described wrongly."""
    import feast.repo_config as repo_config

    check_dictionaries(repo_config)
    validators = validators_of(repo_config.RepoConfig)
    components: dict[str, Any] = {}
    for component in COMPONENTS:
        entries = type_entries(component, repo_config)
        components[component.key] = _component(component, entries, repo_config)
        for entry in entries:
            validators |= validators_of(entry.config)
    components["provider"] = _provider()
    blocks = {key: config_class(*path.rsplit(".", 1)) for key, path in _LATE_BLOCKS.items()}
    for block in blocks.values():
        validators |= validators_of(block)
    root = _root(repo_config.RepoConfig, blocks)
    return {
        "feastVersion": metadata.version("feast"),
        "requiresPython": metadata.metadata("feast")["Requires-Python"],
        "root": root,
        "blockExtras": {
            key: [known(extra) for extra in extras]
            for key, extras in sorted(BLOCK_EXTRAS.items())
            if key in root["properties"]
        },
        "components": dict(sorted(components.items())),
        "validators": sorted(validators),
    }


def _component(component: Component, entries: list[TypeEntry], repo_config: ModuleType) -> dict[str, Any]:
    paths = class_paths(component, entries, repo_config)
    return {
        "keyword": component.keyword,
        "keywordRequired": component.keyword_required,
        "default": component.default,
        "acceptsWord": component.accepts_word,
        "acceptsNull": component.accepts_null,
        "classPathSuffix": component.class_path_suffix,
        "types": {entry.word: _type(component, entry, entries, paths) for entry in entries},
        "classPaths": paths,
    }


def _type(
    component: Component, entry: TypeEntry, entries: list[TypeEntry], paths: dict[str, dict[str, str]]
) -> dict[str, Any]:
    schema = schema_of(entry.config)
    words = {e.word for e in entries if e.class_path == entry.class_path}
    own_paths = [path for path, target in paths.items() if target.get("type") in words]
    keyword_schema = schema.setdefault("properties", {}).pop(component.keyword, {})
    accepted = accepted_keywords(component, entry, entries, own_paths)
    if not accepted:
        raise CatalogError(f"{entry.config_path} refuses its own word {entry.word!r}")
    schema["properties"] = {
        component.keyword: {
            **({"const": accepted[0]} if len(accepted) == 1 else {"enum": accepted}),
            **{k: v for k, v in keyword_schema.items() if k == "description"},
        },
        **schema["properties"],
    }
    schema["required"] = [key for key in schema.get("required", []) if key != component.keyword]
    if component.keyword_required:
        schema["required"].insert(0, component.keyword)
    written = WRITTEN_WORD.get((component.key, entry.word))
    return {
        **({"word": written} if written else {}),
        "class": entry.class_path,
        "configClass": entry.config_path,
        "extras": extras_of(component.key, entry.word, entry.class_path.rsplit(".", 1)[0]),
        "allowsExtraKeys": schema.pop("x-allows-extra-keys", False),
        "description": schema.pop("description", ""),
        "schema": schema,
    }


def _provider() -> dict[str, Any]:
    from feast.infra.provider import PROVIDERS_CLASS_FOR_TYPE

    return {
        "default": "local",
        "classPathSuffix": "Provider",
        "types": {
            word: {"class": path, "extras": extras_of("provider", word, path.rsplit(".", 1)[0])}
            for word, path in sorted(PROVIDERS_CLASS_FOR_TYPE.items())
        },
    }


def _root(repo_config: type[BaseModel], blocks: dict[str, type[BaseModel]]) -> dict[str, Any]:
    """The schema of the top-level keys; components are left open, late blocks are filled in."""
    root = schema_of(repo_config)
    components = {component.key for component in COMPONENTS}
    for attribute in _UNREACHABLE & root["properties"].keys():
        del root["properties"][attribute]
    for key, value in root["properties"].items():
        target = value.get("x-alias-of", key)
        if target in components:
            root["properties"][key] = {k: v for k, v in value.items() if k in ("description", "x-alias-of")}
        elif target in blocks:
            root["properties"][key] = {**nullable(schema_of(blocks[target])), **value}
        elif not value.keys() & {"type", "anyOf", "enum", "const"} and key not in _FREE_KEYS:
            raise CatalogError(f"RepoConfig.{key} takes anything: name its class in _LATE_BLOCKS")
    # RepoConfig.__init__ raises FeastRegistryNotSetError, although the field has a default.
    root["required"] = sorted({*root.get("required", []), "registry"})
    root.pop("x-allows-extra-keys", None)
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    output: Path = parser.parse_args().output
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    text = json.dumps(generate(), indent=1, ensure_ascii=False)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
