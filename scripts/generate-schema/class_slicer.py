"""Config classes of Feast, also those whose module cannot be imported.

Most store modules import their driver at the top, so `feast==X` without extras cannot import them. The config class
itself needs only pydantic: it is cut out of the module's syntax tree, with the base classes, enums, constants and
validators it refers to, and executed alone.
"""

from __future__ import annotations

import __future__

import ast
import builtins
import importlib
import sys
import types
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from feast_source import module_tree, resolve_relative, statements

VALIDATOR_DECORATORS = {
    "field_validator",
    "model_validator",
    "root_validator",
    "validator",
}


class _MissingMeta(type):
    """Lets any use of a missing name at class level pass; what reaches a schema is refused there (lax_schema)."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls

    def __getitem__(cls, item: Any) -> Any:
        return cls


class Missing(metaclass=_MissingMeta):
    """Stands for a name of a package that is not installed."""


def config_class(module: str, name: str) -> type[BaseModel]:
    """The pydantic class `module.name`: really imported where possible, else cut out of its module.

    Raises ModuleNotFoundError or AttributeError where Feast has no such module or class.
    """
    try:
        return getattr(importlib.import_module(module), name)
    except Exception:  # an import can fail in any way; Feast's own importer catches the same
        return _slice_of(module).config_class(name)


@lru_cache(maxsize=None)
def _slice_of(module: str) -> _ModuleSlice:
    return _ModuleSlice(module)


class _ModuleSlice:
    """The part of a module that its config classes need, executed statement by statement on demand."""

    def __init__(self, module: str) -> None:
        tree = module_tree(module)
        self._module = module
        self._namespace = types.ModuleType(module)
        self._done: set[str] = set()
        self._bindings: dict[str, ast.stmt] = {}
        for statement in statements(tree.body):
            for name in _bound_names(statement):
                self._bindings.setdefault(name, statement)
        postponed = any(
            isinstance(s, ast.ImportFrom)
            and s.module == "__future__"
            and any(a.name == "annotations" for a in s.names)
            for s in tree.body
        )
        self._flags = __future__.annotations.compiler_flag if postponed else 0

    def config_class(self, name: str) -> type[BaseModel]:
        if name not in self._bindings:
            raise AttributeError(f"module {self._module} has no class {name}")
        self.define(name)
        found = getattr(self._namespace, name)
        found.model_rebuild(_types_namespace=vars(self._namespace))
        return found

    def define(self, name: str) -> None:
        """Executes the statement that binds `name`, after those it needs. Unknown names and builtins are left alone."""
        if name in self._done or hasattr(builtins, name):
            return
        statement = self._bindings.get(name)
        if statement is None:
            return
        self._done.add(name)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            setattr(self._namespace, name, self._import(statement, name))
            return
        for needed in _needed_names(statement):
            self.define(needed)
        self._execute(statement)

    def _execute(self, statement: ast.stmt) -> None:
        code = compile(
            ast.Module(body=[statement], type_ignores=[]),
            self._module,
            "exec",
            flags=self._flags,
            dont_inherit=True,
        )
        # pydantic looks up a class's module while it builds the class.
        before = sys.modules.get(self._module)
        sys.modules[self._module] = self._namespace
        try:
            exec(code, vars(self._namespace))
        finally:
            if before is None:
                del sys.modules[self._module]
            else:
                sys.modules[self._module] = before

    def _import(self, statement: ast.Import | ast.ImportFrom, name: str) -> Any:
        if isinstance(statement, ast.Import):
            alias = next(a for a in statement.names if (a.asname or a.name.split(".")[0]) == name)
            try:
                imported = importlib.import_module(alias.name)
                return imported if alias.asname else sys.modules[alias.name.split(".")[0]]
            except Exception:
                return Missing
        source = resolve_relative(self._module, statement)
        original = next(a.name for a in statement.names if (a.asname or a.name) == name)
        try:
            return getattr(importlib.import_module(source), original)
        except Exception:
            if not source.startswith("feast"):
                return Missing
            other = _slice_of(source)
            other.define(original)
            return getattr(other._namespace, original, Missing)


def _bound_names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Import):
        return [a.asname or a.name.split(".")[0] for a in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [a.asname or a.name for a in statement.names]
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [n.id for t in statement.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []


def _needed_names(statement: ast.stmt) -> list[str]:
    """The names a statement reads: all of them, save that a class's plain methods count by their signature only."""
    names: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            names[node.id] = None
        elif isinstance(node, ast.ClassDef):
            for part in (*node.bases, *node.keywords, *node.decorator_list):
                visit(part)
            for member in node.body:
                visit_member(member)
        else:
            for child in ast.iter_child_nodes(node):
                visit(child)

    def visit_member(member: ast.stmt) -> None:
        if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _is_run_by_pydantic(member):
            for part in (*member.decorator_list, member.args, *([member.returns] if member.returns else [])):
                visit(part)
            return
        if isinstance(member, ast.AnnAssign):
            for quoted in _quoted_annotations(member.annotation):
                visit(quoted)
        visit(member)

    visit(statement)
    return list(names)


def _is_run_by_pydantic(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Validators run while a document is checked; static and class methods may be called by them."""
    decorators = {n.id for d in method.decorator_list for n in ast.walk(d) if isinstance(n, ast.Name)}
    return bool(decorators & (VALIDATOR_DECORATORS | {"staticmethod", "classmethod"}))


def _quoted_annotations(annotation: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                found.append(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                continue  # the text of a Literal, not a quoted type
    return found
