"""Says what Feast accepts, for the tests that compare fsop's schemas with it.

One process for all questions, because importing Feast takes seconds. Reads
`{"settings": [{"config": class path, "settings": {…}}], "documents": [{…}], "values": {"int": […], …}}` on stdin and
writes the answers in the same places: for settings, the keys whose value the class refuses (`*`: an unknown key, or
a rule of a validator) or null; for documents, why Feast's loader refuses the file or null; for values, whether pydantic takes each.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import yaml
from class_slicer import config_class
from pydantic import TypeAdapter, ValidationError

from feast.repo_config import RepoConfig, load_repo_config

# Feast turns these blocks into objects when they are first used, not when it loads the file.
LATE_PROPERTIES = ("registry", "online_store", "offline_store", "batch_engine", "auth_config", "mlflow", "openlineage")

TYPES = {"int": int, "float": float, "bool": bool, "str": str}


def refused_keys(config: str, settings: dict[str, Any]) -> list[str] | None:
    try:
        config_class(*config.rsplit(".", 1))(**settings)
    except ValidationError as error:
        return sorted({refused_key(problem["type"], problem["loc"]) for problem in error.errors()})
    return None


def refused_key(kind: str, location: tuple[int | str, ...]) -> str:
    return "*" if kind in ("value_error", "extra_forbidden") or not location else str(location[0])


def load_problem(document: dict[str, Any], folder: Path) -> str | None:
    file = folder / "feature_store.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    try:
        config: RepoConfig = load_repo_config(folder, file)
        for name in LATE_PROPERTIES:
            getattr(config, name)
    except Exception as error:  # whatever Feast raises is a refusal
        return f"{type(error).__name__}: {error}"
    return None


def accepts(type_name: str, value: Any) -> bool:
    try:
        TypeAdapter(TYPES[type_name]).validate_python(value)
    except ValidationError:
        return False
    return True


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    questions = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        answers = {
            "settings": [refused_keys(q["config"], q["settings"]) for q in questions["settings"]],
            "documents": [load_problem(document, Path(folder)) for document in questions["documents"]],
            "values": {name: [accepts(name, v) for v in values] for name, values in questions["values"].items()},
        }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
