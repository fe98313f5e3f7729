"""Feast's installed source files, read as syntax trees and never executed."""

from __future__ import annotations

import ast
import importlib.util
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=None)
def package_root() -> Path:
    """The folder that holds the `feast` package."""
    spec = importlib.util.find_spec("feast")
    if spec is None or spec.origin is None:
        raise RuntimeError("feast is not installed in this Python environment")
    return Path(spec.origin).parent.parent


def module_file(module: str) -> Path | None:
    """The file of a Feast module, or None where there is none.

    Found from the path alone: asking the import system would run the parent packages, which fail without their extras.
    """
    if module != "feast" and not module.startswith("feast."):
        return None
    path = package_root().joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


@lru_cache(maxsize=None)
def module_source(module: str) -> str:
    """The text of a Feast module. Raises ModuleNotFoundError where it has no file."""
    path = module_file(module)
    if path is None:
        raise ModuleNotFoundError(f"module {module} does not exist", name=module)
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=None)
def module_tree(module: str) -> ast.Module:
    """The syntax tree of a Feast module. Raises ModuleNotFoundError where it has no file."""
    return ast.parse(module_source(module), filename=module)


def statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module body, those inside `if`, `try` and `with` included, in source order."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If):
            found += statements(statement.body) + statements(statement.orelse)
        elif isinstance(statement, ast.Try):
            found += statements(statement.body) + statements(statement.orelse) + statements(statement.finalbody)
        elif isinstance(statement, ast.With):
            found += statements(statement.body)
        else:
            found.append(statement)
    return found


def find_class(module: str, qualified_name: str) -> ast.ClassDef | None:
    """The definition of a class, nested ones by their dotted name, or None."""
    body = module_tree(module).body
    found: ast.ClassDef | None = None
    for name in qualified_name.split("."):
        found = next((s for s in statements(body) if isinstance(s, ast.ClassDef) and s.name == name), None)
        if found is None:
            return None
        body = found.body
    return found


def resolve_relative(module: str, statement: ast.ImportFrom) -> str:
    """The absolute name of the module that a `from … import` in `module` names."""
    if statement.level == 0:
        return statement.module or ""
    path = module_file(module)
    parts = module.split(".")
    is_package = path is not None and path.name == "__init__.py"
    base = parts[: len(parts) - statement.level + (1 if is_package else 0)]
    return ".".join([*base, *([statement.module] if statement.module else [])])
