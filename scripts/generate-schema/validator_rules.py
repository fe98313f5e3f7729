"""The checks that Feast's config classes do in Python, which no schema can say."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel


def validators_of(cls: type[BaseModel]) -> set[str]:
    """`module.Class.method` of every pydantic validator of a class and of the models inside it."""
    found: set[str] = set()
    for model in _models_in(cls):
        decorators = model.__pydantic_decorators__
        for group in (
            decorators.validators,
            decorators.field_validators,
            decorators.root_validators,
            decorators.model_validators,
        ):
            found |= {_defined_as(model, name) for name in group}
    return found


def _models_in(cls: type[BaseModel]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    queue: list[Any] = [cls]
    while queue:
        current = queue.pop()
        if isinstance(current, type) and issubclass(current, BaseModel):
            if current not in found:
                found.add(current)
                queue += [field.annotation for field in current.model_fields.values()]
        else:
            queue += typing.get_args(current)
    return found


def _defined_as(model: type[BaseModel], name: str) -> str:
    owner = next(base for base in model.__mro__ if name in vars(base))
    return f"{owner.__module__}.{owner.__qualname__}.{name}"
