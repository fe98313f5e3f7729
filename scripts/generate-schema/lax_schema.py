"""JSON Schemas that say what pydantic accepts from YAML, which is more than its own schemas say.

pydantic describes the ideal input; in its default ("lax") mode it also converts: an `int` key takes `"5"` and `true`,
a `bool` key takes `"yes"` and `1`. A schema that refuses those would refuse files that Feast loads. Each lax type
lists in `x-lax` the JSON types that are only accepted by conversion, so that messages and editors can name the real
one. Conversion rules: https://docs.pydantic.dev/latest/concepts/conversion_table/, made exact by experiment
(test/integration/schema).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticUndefined

from attribute_docs import describe, tidy
from class_slicer import Missing
from secret_keys import is_secret, reveals_credential

# Spellings that pydantic-core parses. Both are a little wider than its own: never narrower.
INTEGER_TEXT = r"^\s*\+?-?(?:0[0_]*-?_*)?\d+(?:_\d+)*(?:\.0+)?\s*$"
NUMBER_TEXT = (
    r"^\s*[+-]?(?:(?=[._]*\d)(?:[\d_]+\.?[\d_]*|\.[\d_]+)(?:[eE][+-]?[\d_]+)?"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])\s*$"
)
BOOLEAN_TEXT = (
    r"^(?:[01tTfFyYnN]|[oO][nN]|[oO][fF][fF]|[nN][oO]|[yY][eE][sS]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$"
)

# How a lax `int` differs from a lax `float`, which accepts all that the former does.
_INTEGER_IN_NUMBER = {"type": ["integer", "string", "boolean"], "pattern": INTEGER_TEXT}

# Every kind of pydantic-core schema whose conversions are encoded here. A new Feast that brings another kind must
# stop the generator, not get a guess.
SUPPORTED_KINDS = {
    "any",
    "bool",
    "bytes",
    "default",
    "definition-ref",
    "definitions",
    "dict",
    "enum",
    "float",
    "function-after",
    "function-before",
    "int",
    "lax-or-strict",
    "list",
    "literal",
    "model",
    "model-field",
    "model-fields",
    "nullable",
    "str",
    "tuple",
    "union",
}


class UnsupportedConstraint(Exception):
    """A constraint that this generator would describe wrongly."""


class FeastJsonSchema(GenerateJsonSchema):
    """pydantic's generator, with Feast's key documentation, secrets, and the lax conversions."""

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        kind = schema["type"]
        if kind not in SUPPORTED_KINDS:
            raise UnsupportedConstraint(f"pydantic-core schema of type {kind!r}: teach lax_schema.py about it")
        return super().generate_inner(schema)

    def emit_warning(self, kind: Any, detail: str) -> None:
        raise UnsupportedConstraint(f"pydantic would leave something out: {detail}")

    def function_before_schema(self, schema: Any) -> JsonSchemaValue:
        checked = schema["schema"]
        while checked["type"].startswith("function-"):
            checked = checked["schema"]
        if checked["type"] not in ("model", "model-fields"):
            raise UnsupportedConstraint("a validator before a key's own check, which may take more than that")
        return super().function_before_schema(schema)

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        if schema.get("coerce_numbers_to_str") or schema.get("pattern"):
            raise UnsupportedConstraint("a str with coerce_numbers_to_str or a pattern")
        return super().str_schema(schema)

    def bytes_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": "string"}

    def lax_or_strict_schema(self, schema: Any) -> JsonSchemaValue:
        classes = set(_instance_classes(schema))
        if not classes or not classes <= {Path, SecretStr}:
            raise UnsupportedConstraint(f"values of {sorted(c.__name__ for c in classes)}: teach lax_schema.py")
        return {"type": "string"}

    def int_schema(self, schema: Any) -> JsonSchemaValue:
        json_schema = super().int_schema(schema)
        return json_schema if schema.get("strict") else _lax(json_schema, INTEGER_TEXT, "string", "boolean")

    def float_schema(self, schema: Any) -> JsonSchemaValue:
        json_schema = super().float_schema(schema)
        return json_schema if schema.get("strict") else _lax(json_schema, NUMBER_TEXT, "string", "boolean")

    def bool_schema(self, schema: Any) -> JsonSchemaValue:
        json_schema = super().bool_schema(schema)
        if schema.get("strict"):
            return json_schema
        return {**_lax(json_schema, BOOLEAN_TEXT, "string", "integer"), "minimum": 0, "maximum": 1}

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return nullable(self.generate_inner(schema["schema"]))

    def union_schema(self, schema: Any) -> JsonSchemaValue:
        json_schema = super().union_schema(schema)
        choices = json_schema.get("anyOf", [])
        number = next((c for c in choices if "number" in _types(c)), None)
        if number is not None and all(c is number or c == {**number, **_INTEGER_IN_NUMBER} for c in choices):
            return number  # Union[int, float]: one message instead of two
        return json_schema

    def literal_schema(self, schema: Any) -> JsonSchemaValue:
        return _one_of_texts(schema["expected"])

    def enum_schema(self, schema: Any) -> JsonSchemaValue:
        if schema.get("missing"):
            raise UnsupportedConstraint(f"_missing_ of {schema['cls'].__qualname__}")
        return _one_of_texts([member.value for member in schema["members"]])

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        json_schema = super().dict_schema(schema)
        if json_schema.get("additionalProperties") is True:
            del json_schema["additionalProperties"]
        json_schema.pop("propertyNames", None)  # YAML's non-string keys reach JavaScript as strings
        return json_schema

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        json_schema = self.generate_inner(schema["schema"])
        default = _default_of(schema)
        if default is PydanticUndefined or default is Missing or reveals_credential(default):
            return json_schema
        return {**json_schema, "default": self.encode_default(_portable(default))}

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        cls: type[BaseModel] = schema["cls"]
        if cls.model_config.get("strict") or cls.model_config.get("str_strip_whitespace") or schema.get("root_model"):
            raise UnsupportedConstraint(f"model_config of {cls.__qualname__}")
        json_schema = super().model_schema(schema)
        if "description" in json_schema:
            json_schema["description"] = tidy(json_schema["description"])
        json_schema["additionalProperties"] = False
        if cls.model_config.get("extra", "ignore") != "forbid":
            json_schema["x-allows-extra-keys"] = True
        properties = json_schema.setdefault("properties", {})
        for attribute, field in cls.model_fields.items():
            key = _key_of(cls, attribute)
            if key not in properties:
                continue
            _document(cls, attribute, key, properties[key])
            by_name = cls.model_config.get("populate_by_name") or cls.model_config.get("validate_by_name")
            if key != attribute and by_name:
                if field.is_required():
                    raise UnsupportedConstraint(f"required key with two names: {cls.__qualname__}.{attribute}")
                properties[attribute] = {**properties[key], "x-alias-of": key}
        return json_schema


def schema_of(cls: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a config class, without `$ref`: each problem then has one error in one place.

    Raises UnsupportedConstraint or pydantic's PydanticInvalidForJsonSchema for a constraint that is not encoded.
    """
    schema = cls.model_json_schema(schema_generator=FeastJsonSchema, mode="validation")
    definitions = schema.pop("$defs", {})
    return _inlined(schema, definitions, ())


def nullable(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The schema, also taking null; by an `anyOf` only where nothing simpler says it."""
    if "type" in schema:
        return {**schema, "type": [*_types(schema), "null"]}
    if "const" in schema:
        return {**{k: v for k, v in schema.items() if k != "const"}, "enum": [schema["const"], None]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def _inlined(schema: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    """The schema with its definitions put in place of their references, and without pydantic's titles."""
    if isinstance(schema, list):
        return [_inlined(part, definitions, inside) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name in inside:
            raise UnsupportedConstraint(f"{name} contains itself")
        siblings = {k: v for k, v in schema.items() if k != "$ref"}
        return {**_inlined(definitions[name], definitions, (*inside, name)), **_inlined(siblings, definitions, inside)}
    if "anyOf" in schema and schema["anyOf"][1:] == [{"type": "null"}]:
        siblings = {k: v for k, v in schema.items() if k != "anyOf"}
        optional = nullable(_inlined(schema["anyOf"][0], definitions, inside))
        return {**optional, **_inlined(siblings, definitions, inside)}
    return {
        keyword: {name: _inlined(part, definitions, inside) for name, part in value.items()}
        if keyword == "properties"
        else value
        if keyword in ("default", "const", "enum")
        else _inlined(value, definitions, inside)
        for keyword, value in schema.items()
        if keyword != "title"
    }


def _key_of(cls: type[BaseModel], attribute: str) -> str:
    """The key that YAML must use: the alias where there is one."""
    alias = cls.model_fields[attribute].validation_alias
    if alias is None:
        return attribute
    if not isinstance(alias, str):
        raise UnsupportedConstraint(f"alias with several choices: {cls.__qualname__}.{attribute}")
    return alias


def _document(cls: type[BaseModel], attribute: str, key: str, property_schema: dict[str, Any]) -> None:
    description = property_schema.get("description") if "$ref" not in property_schema else None
    description = description or describe(cls, attribute)
    if description:
        property_schema["description"] = tidy(description)
    if is_secret(cls.__name__, attribute, key) or property_schema.get("writeOnly"):
        property_schema["x-secret"] = True
    for keyword in ("format", "writeOnly"):
        property_schema.pop(keyword, None)


def _lax(json_schema: JsonSchemaValue, pattern: str, *converted: str) -> JsonSchemaValue:
    return {**json_schema, "type": [*_types(json_schema), *converted], "pattern": pattern, "x-lax": list(converted)}


def _one_of_texts(values: list[Any]) -> JsonSchemaValue:
    if not all(isinstance(value, str) for value in values):
        raise UnsupportedConstraint(f"one of {values}: numbers here have conversions of their own")
    texts = [str(value.value) if isinstance(value, Enum) else value for value in values]
    return {"const": texts[0]} if len(texts) == 1 else {"enum": texts}


def _instance_classes(schema: Any) -> Iterator[type]:
    """The Python classes that a pydantic-core schema tests for, at any depth."""
    if isinstance(schema, dict):
        if schema.get("type") == "is-instance":
            yield schema["cls"]
        for part in schema.values():
            yield from _instance_classes(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _instance_classes(part)


def _types(json_schema: JsonSchemaValue) -> list[str]:
    declared = json_schema.get("type", [])
    return list(declared) if isinstance(declared, list) else [declared]


def _default_of(schema: Any) -> Any:
    if "default" in schema:
        return schema["default"]
    if "default_factory" in schema and not schema.get("default_factory_takes_data"):
        return schema["default_factory"]()
    return PydanticUndefined


def _portable(default: Any) -> Any:
    """A default without this machine's home folder."""
    home = os.path.expanduser("~")
    return "~" + default[len(home) :] if isinstance(default, str) and default.startswith(home + os.sep) else default
