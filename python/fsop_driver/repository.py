"""Loads feature_store.yaml and the user's definitions, as ``feast apply`` does."""

import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from fsop_driver import origins
from fsop_driver.errors import (
    CONFIG_INVALID,
    DEFINITION_EXITED,
    DUPLICATE_NAME,
    PROJECT_CONFLICT,
    DriverError,
)
from fsop_driver.specfile import key_position


def enter(repo: Path) -> None:
    """Makes the repository the current folder and importable, last on the path.

    As ``feast/repo_operations.py`` does (``cli_check_repo``, ``apply_total``).
    """
    os.chdir(repo)
    sys.path.append(str(repo))


def load_config(spec: Path, repo: Path) -> Any:
    """Returns Feast's ``RepoConfig`` for a specification.

    Raises:
        DriverError: Feast refuses it; with the key's line, and never with its value.
    """
    import yaml
    from feast.repo_config import load_repo_config

    try:
        config = load_repo_config(repo, spec)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise DriverError(
            CONFIG_INVALID,
            f"{spec.name} is not valid YAML.",
            why=error.problem,
            file=str(spec),
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from error
    except TypeError as error:
        raise DriverError(CONFIG_INVALID, f"{spec.name} is not a mapping of keys.", file=str(spec)) from error
    except OSError as error:
        raise DriverError(CONFIG_INVALID, f"{spec.name} cannot be read.", why=error.strerror, file=str(spec)) from error
    except Exception as error:
        problem = validation_problem(error, spec)
        if problem is None:
            raise
        raise problem from error
    return config


def validation_problem(error: BaseException, spec: Path) -> Optional[DriverError]:
    """Turns a pydantic ``ValidationError``, bare or wrapped by Feast, into ours.

    Only places and reasons are taken over: pydantic prints the value, which may be a secret.
    """
    from pydantic import ValidationError

    cause: Optional[BaseException] = error
    while cause is not None and not isinstance(cause, ValidationError):
        # `FeastConfigError(e, path)` keeps the original as its first argument.
        inner = next((item for item in cause.args if isinstance(item, ValidationError)), None)
        cause = inner or cause.__cause__
    if cause is None:
        return None
    problems = cause.errors(include_url=False, include_input=False, include_context=False)
    first = problems[0]
    section = _section(cause.title, first["loc"], spec)
    path = [*section, *first["loc"]]
    lines = [f"{'.'.join(map(str, [*section, *item['loc']])) or cause.title}: {item['msg']}" for item in problems]
    line, column = key_position(spec, path)
    return DriverError(
        CONFIG_INVALID,
        f"Feast refuses {spec.name}.",
        why="\n".join(lines),
        file=str(spec),
        line=line,
        column=column,
        path=path,
        hint="Run `fsop verify` for every problem with its place.",
    )


# Sections that Feast validates when they are first used: the class named in the error.
_SECTION_OF_CLASS = (("RegistryConfig", "registry"), ("EngineConfig", "batch_engine"), ("AuthConfig", "auth"))


def _section(title: str, loc: Sequence[Any], spec: Path) -> List[Any]:
    """Returns the section that a place in a pydantic error lies in, which pydantic does not tell.

    Feast validates the stores by themselves, inside a validator of the whole
    (``feast/repo_config.py::_validate_online_store_config``), so that their errors come
    with the place in the section only.
    """
    import yaml
    from feast import repo_config
    from pydantic import ValidationError

    for ending, key in _SECTION_OF_CLASS:
        if title.endswith(ending):
            return [key]
    document = yaml.safe_load(os.path.expandvars(spec.read_text(encoding="utf-8")))
    for key, find, default in (
        ("online_store", repo_config.get_online_config_from_type, "sqlite"),
        ("offline_store", repo_config.get_offline_config_from_type, "dask"),
        ("feature_server", repo_config.get_feature_server_config_from_type, "local"),
    ):
        settings = document.get(key)
        if not isinstance(settings, dict):
            continue
        try:
            find(settings.get("type", default))(**settings)
        except ValidationError as error:
            if tuple(loc) in [item["loc"] for item in error.errors(include_input=False)]:
                return [key]
        except Exception:
            # Another problem of the same file; it will have its turn.
            continue
    return []


def load_definitions(config: Any, repo: Path) -> Any:
    """Runs the repository's ``*.py`` files and returns their objects (``RepoContents``).

    Raises:
        DriverError: the definitions stop the process, or declare another project.
        Exception: whatever the definitions raise; ``failures.explain`` finds the user's line.
    """
    from feast.project import Project
    from feast.repo_operations import parse_repo

    # Definitions must not leave compiled files in the user's folder
    # (`feast/repo_operations.py::_get_repo_contents`).
    sys.dont_write_bytecode = True
    try:
        with _no_hard_exit():
            contents = parse_repo(repo)
    except SystemExit as error:
        raise DriverError(
            DEFINITION_EXITED,
            "The definitions stop the program while they are loaded.",
            why=f"exit code {error.code!r}",
            hint="Keep code that is meant to be run as a script under `if __name__ == '__main__':`, "
            "or list its file in .feastignore.",
        ) from error
    projects = contents.projects
    if not projects:
        projects.append(Project(name=config.project, description=config.project_description or ""))
    elif len(projects) > 1:
        raise _project_conflict("Feast allows one Project in a repository; there are several.", projects)
    elif projects[0].name != config.project:
        raise _project_conflict(
            f'The Project object is named "{projects[0].name}", feature_store.yaml says "{config.project}".', projects
        )
    _check_duplicates(contents)
    return contents


def _project_conflict(message: str, projects: List[Any]) -> DriverError:
    places = [origins.place(project) for project in projects]
    return _at(
        places[0], DriverError(PROJECT_CONFLICT, message, details={"places": [place for place in places if place]})
    )


def objects_by_kind(contents: Any) -> Dict[str, List[Any]]:
    """Returns the objects of a ``RepoContents`` under Feast's own list of kinds."""
    from feast.infra.registry.registry import FEAST_OBJECT_TYPES, FeastObjectType

    by_type = FeastObjectType.get_objects_from_repo_contents(contents)
    return {kind(object_type): by_type[object_type] for object_type in FEAST_OBJECT_TYPES}


def kind(object_type: Any) -> str:
    """Returns the word for a kind of object: ``feature_view``."""
    return object_type.name.lower()


def _check_duplicates(contents: Any) -> None:
    """Refuses two objects of one kind with one name, saying where both are.

    Feast checks views and data sources only (``feast/feature_store.py``:
    ``_validate_feature_views``, ``_validate_data_sources``), by name without case; of
    two entities, services or permissions of one name it keeps either. Views of all
    kinds share one space of names. Data sources that are equal are left to Feast, which
    refuses them or not, depending on the store.
    """
    from feast.feature_view import DUMMY_ENTITY_NAME

    seen: Dict[Tuple[str, str], Any] = {}
    for word, objects in objects_by_kind(contents).items():
        views = word.endswith("_view")
        folded = views or word == "data_source"
        for obj in objects:
            if obj.name == DUMMY_ENTITY_NAME:
                continue
            key = ("view" if views else word, obj.name.lower() if folded else obj.name)
            other = seen.setdefault(key, obj)
            if other is obj or (word == "data_source" and other == obj):
                continue
            raise _duplicate(word, other, obj)


def _duplicate(word: str, first: Any, second: Any) -> DriverError:
    places = [origins.place(first), origins.place(second)]
    known = [f"{os.path.relpath(place['file'])}:{place['line']}" for place in places if place]
    what = word.replace("_", " ")
    same = f'"{first.name}"' if first.name == second.name else f'"{first.name}" and "{second.name}"'
    error = DriverError(
        DUPLICATE_NAME,
        f"Two objects have one name: {what} {same}" + (f" ({' and '.join(known)})." if known else "."),
        why="Feast compares the names of views and of data sources without case."
        if first.name != second.name
        else None,
        hint="Rename or remove one of the two.",
        details={"places": [place for place in places if place]},
    )
    return _at(places[1] or places[0], error)


def _at(place: Optional[Dict[str, Any]], error: DriverError) -> DriverError:
    if place:
        error.file, error.line, error.text = place["file"], place["line"], place["text"]
    return error


class _no_hard_exit:
    """Turns ``os._exit`` in definitions into something that can be told to the user.

    Child processes of the definitions keep the real one.
    """

    def __enter__(self) -> None:
        self._exit = os._exit
        parent = os.getpid()

        def refuse(status: int) -> None:
            if os.getpid() != parent:
                self._exit(status)
            raise SystemExit(status)

        os._exit = refuse  # type: ignore[assignment]

    def __exit__(self, *_: Any) -> None:
        os._exit = self._exit
