"""The type words of feature_store.yaml and the classes behind them, from Feast's own dictionaries."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from pydantic import BaseModel, ValidationError

from class_slicer import config_class
from feast_source import find_class, module_file


@dataclass(frozen=True)
class Component:
    """A block of feature_store.yaml whose keys depend on a type word.

    Feast's dictionaries give the words; the rest is in the code around them (feast/repo_config.py,
    feast/infra/passthrough_provider.py), and the agreement test holds it against the loader.
    """

    key: str
    dictionary: str
    keyword: str
    default: str
    #: Feast appends this to a class path to get the config class; auth and feature_server name the config class itself.
    config_suffix: str
    #: The end that the class path of a custom class must have, or None where Feast takes no custom class.
    class_path_suffix: str | None
    #: `online_store: redis` means `online_store: {type: redis}`. A registry's text is a path, a feature server's is lost.
    accepts_word: bool
    #: Feast works with `key: null`. The other blocks load with null and fail when they are first used.
    accepts_null: bool
    #: A mapping without the keyword is refused, at load (auth) or at first use (batch_engine).
    keyword_required: bool = False


COMPONENTS = (
    Component("registry", "REGISTRY_CLASS_FOR_TYPE", "registry_type", "file", "Config", None, False, False),
    Component("offline_store", "OFFLINE_STORE_CLASS_FOR_TYPE", "type", "dask", "Config", "OfflineStore", True, False),
    Component("online_store", "ONLINE_STORE_CLASS_FOR_TYPE", "type", "sqlite", "Config", "OnlineStore", True, True),
    Component("batch_engine", "BATCH_ENGINE_CLASS_FOR_TYPE", "type", "local", "Config", "Engine", True, False, True),
    Component("auth", "AUTH_CONFIGS_CLASS_FOR_TYPE", "type", "no_auth", "", None, True, False, True),
    Component("feature_server", "FEATURE_SERVER_CONFIG_CLASS_FOR_TYPE", "type", "local", "", None, False, True),
)

# The only word of a dictionary that is not written in YAML: `_is_oidc_client_config` picks the class from the keys.
WRITTEN_WORD = {("auth", "oidc_client"): "oidc"}


@dataclass(frozen=True)
class TypeEntry:
    """One type word of a component and its classes."""

    word: str
    class_path: str
    config_path: str
    config: type[BaseModel]


class CatalogError(Exception):
    """Feast's code no longer is as this generator knows it."""


def dictionary_of(component: Component, repo_config: ModuleType) -> dict[str, str]:
    """Feast's word-to-class dictionary of a component. Raises CatalogError where it is gone."""
    dictionary = getattr(repo_config, component.dictionary, None)
    if not isinstance(dictionary, dict):
        raise CatalogError(f"feast.repo_config.{component.dictionary} is gone")
    return dictionary


def check_dictionaries(repo_config: ModuleType) -> None:
    """Raises CatalogError where Feast has a dictionary of classes that no component reads."""
    known = {c.dictionary for c in COMPONENTS} | {"LEGACY_ONLINE_STORE_CLASS_FOR_TYPE"}
    unknown = {name for name in vars(repo_config) if name.endswith("_CLASS_FOR_TYPE")} - known
    if unknown:
        raise CatalogError(f"new dictionaries in feast.repo_config: {sorted(unknown)}")


def type_entries(component: Component, repo_config: ModuleType) -> list[TypeEntry]:
    """The type words of a component, sorted. Raises where the class of a word does not exist."""
    entries = []
    for word, class_path in sorted(dictionary_of(component, repo_config).items()):
        if _is_class_path(word):
            continue
        config_path = class_path + component.config_suffix
        entries.append(TypeEntry(word, class_path, config_path, config_class(*config_path.rsplit(".", 1))))
    return entries


def accepted_keywords(component: Component, entry: TypeEntry, entries: list[TypeEntry], paths: list[str]) -> list[str]:
    """What the keyword may say for this type: words and class paths that lead to this class and pass its own check."""
    written = WRITTEN_WORD.get((component.key, entry.word))
    words = [written] if written else [e.word for e in entries if e.class_path == entry.class_path]
    return [value for value in (*words, *paths) if refusal(component, entry.config, value) is None]


def class_paths(
    component: Component, entries: list[TypeEntry], repo_config: ModuleType
) -> dict[str, dict[str, str]]:
    """Class paths of Feast's own classes that a file may name instead of a word, and what becomes of them.

    `{"type": word}`: the same as the word. With `refused`: good only as a bare word (`online_store: PATH`), because
    the config class checks its `type`. `{"broken": why}`: named in Feast's dictionary, leads nowhere.
    """
    if component.class_path_suffix is None:
        return {}
    dictionary = dictionary_of(component, repo_config)
    targets = {e.class_path: e.class_path for e in entries}
    targets |= {word: path for word, path in dictionary.items() if _is_class_path(word)}
    found: dict[str, dict[str, str]] = {}
    for path, target in sorted(targets.items()):
        entry = next((e for e in entries if e.class_path == target), None)
        if entry is not None:
            why = refusal(component, entry.config, path)
            found[path] = {"type": entry.word} if why is None else {"type": entry.word, "refused": why}
            continue
        module, name = target.rsplit(".", 1)
        if module_file(module) is None:
            found[path] = {"broken": f"module {module} does not exist"}
        elif find_class(module, name + component.config_suffix) is None:
            found[path] = {"broken": f"module {module} has no class {name}{component.config_suffix}"}
        else:
            raise CatalogError(f"{path} leads to {target}, which has no type word")
    return found


def refusal(component: Component, config: type[BaseModel], value: str) -> str | None:
    """Why a config class refuses `value` as its type keyword, or None where it takes it."""
    try:
        config.model_validate({component.keyword: value})
    except ValidationError as error:
        problems = [problem["msg"] for problem in error.errors() if problem["loc"][:1] == (component.keyword,)]
        return "; ".join(problems) or None
    return None


def _is_class_path(word: str) -> bool:
    return word.startswith("feast.")
