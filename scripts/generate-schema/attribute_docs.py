"""What Feast's source says about each config key.

pydantic keeps `Field(description=…)` only; Feast documents most keys in a string after the attribute, some in a
comment above or behind it, some in the `Attributes:` part of the class docstring.
"""

from __future__ import annotations

import ast
import inspect
import re
from functools import lru_cache

from feast_source import find_class, module_source

_TYPE_PREFIX = re.compile(r"^(?:str|int|bool|float|bytes|dict|list|(?:Dict|dict|List|list)\[[^\]]*\]|\w+Config):\s+")
_PRAGMA = re.compile(r"^(?:type:\s*ignore|noqa|fmt:|pylint:|mypy:)")
_ATTRIBUTE_ENTRY = re.compile(r"^(\w+)(?:\s*\([^)]*\))?:\s+(\S.*)$")
_URL_PASSWORD = re.compile(r"(://)[^\s:/@]+:[^\s/@]+@")


def describe(cls: type, attribute: str) -> str | None:
    """The documentation of an attribute, from the nearest class of the MRO that has one."""
    for base in cls.__mro__:
        text = _class_docs(base.__module__, base.__qualname__).get(attribute)
        if text:
            return text
    return None


def tidy(text: str) -> str:
    """A docstring as prose: no indentation, no `str:` in front, and no password inside an example URL."""
    return _URL_PASSWORD.sub(r"\1USER:PASSWORD@", _TYPE_PREFIX.sub("", inspect.cleandoc(text).strip()))


@lru_cache(maxsize=None)
def _class_docs(module: str, qualified_name: str) -> dict[str, str]:
    if not module.startswith("feast."):
        return {}
    definition = find_class(module, qualified_name)
    if definition is None:
        return {}
    lines = module_source(module).splitlines()
    docs = _attributes_section(ast.get_docstring(definition) or "")
    for index, member in enumerate(definition.body):
        if not isinstance(member, ast.AnnAssign) or not isinstance(member.target, ast.Name):
            continue
        following = definition.body[index + 1] if index + 1 < len(definition.body) else None
        text = _docstring(following) or _comment_behind(lines, member) or _comment_above(lines, member)
        if text:
            docs[member.target.id] = tidy(text)
    return docs


def _docstring(statement: ast.stmt | None) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return value if isinstance(value, str) else None
    return None


def _comment_behind(lines: list[str], member: ast.AnnAssign) -> str | None:
    """A comment on one of the attribute's own lines, behind its code."""
    for number in range(member.lineno, (member.end_lineno or member.lineno) + 1):
        match = re.search(r"\s{2}#\s*([^'\"]+)$", lines[number - 1])
        if match and not _PRAGMA.match(match.group(1)):
            return match.group(1)
    return None


def _comment_above(lines: list[str], member: ast.AnnAssign) -> str | None:
    """The block of comment lines that ends on the line above the attribute."""
    block: list[str] = []
    for line in reversed(lines[: member.lineno - 1]):
        stripped = line.strip()
        if not stripped.startswith("#"):
            break
        block.insert(0, stripped.lstrip("#").strip())
    return "\n".join(block) if block else None


def _attributes_section(docstring: str) -> dict[str, str]:
    docs: dict[str, str] = {}
    inside = False
    for line in docstring.splitlines():
        if line.strip() == "Attributes:":
            inside = True
        elif inside and line and not line.startswith(" "):
            break
        elif inside:
            match = _ATTRIBUTE_ENTRY.match(line.strip())
            if match:
                docs[match.group(1)] = tidy(match.group(2))
    return docs
