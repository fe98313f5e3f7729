"""Compares what two Feast objects declare, field by field.

Feast's own comparison (``feast/diff/registry_diff.py::diff_registry_objects``) asks the
objects' ``__eq__`` first, which leaves fields out, and skips the body of a function. Here
the whole specifications are flattened to named values, so no difference can hide.
"""

import difflib
import hashlib
import types
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from fsop_driver.redact import MASK, is_secret_key

Flat = Dict[str, Any]

# Written by the registry, not by the user: an object's project (the same on both sides),
# its times (messages like `SourceMeta`), and the class name of a data source.
_NOT_DECLARED = {"project", "data_source_class_type"}
# Feast sorts these wherever it compares views (`__eq__`, `_schema_or_udf_changed`), and
# does not store a view of which only the order has changed.
_UNORDERED = {"entities", "entity_columns", "features"}
# A message whose one interesting value reads better than its parts.
_NAME_KEYS = ("name", "feature_view_name")
# A function is a text (`body_text`) and a pickle (`body`), whose bytes differ between
# runs for one and the same function; the pickle is compared as `code`.
_FUNCTION = "UserDefinedFunction"


def declared(proto: Any) -> Flat:
    """Returns what the protocol buffer of a Feast object declares, flat: field path → plain value."""
    flat = dict(_flatten(proto.spec if "spec" in proto.DESCRIPTOR.fields_by_name else proto, ""))
    for path in _UNORDERED & flat.keys():
        flat[path] = sorted(flat[path])
    return flat


def changes(before: Flat, after: Flat) -> List[Dict[str, Any]]:
    """Returns the differences of two flat specifications, in a fixed order.

    What is only on one side as a whole (a feature, a stream source) is one change, not one
    for each of its parts.
    """
    result = []
    groups = _groups(before) ^ _groups(after)
    for group in sorted(groups):
        if any(group.startswith(f"{other}.") for other in groups):
            continue
        sides = [_summary(flat, group) for flat in (before, after)]
        result.append({"field": group, "before": sides[0], "after": sides[1]})
    for path in sorted(before.keys() | after.keys()):
        if any(path.startswith(f"{group}.") for group in groups):
            continue
        old, new = before.get(path), after.get(path)
        if old != new:
            result.append(_change(path, old, new))
    return sorted(result, key=lambda change: change["field"])


def _change(path: str, old: Any, new: Any) -> Dict[str, Any]:
    if is_secret_key(path.rpartition(".")[2]):
        old, new = (MASK if value else value for value in (old, new))
    change = {"field": path, "before": old, "after": new}
    if path.endswith("body_text"):
        lines = difflib.unified_diff(str(old or "").splitlines(), str(new or "").splitlines(), lineterm="", n=2)
        change["diff"] = "\n".join(list(lines)[2:])
    return change


def _groups(flat: Flat) -> set:
    """The messages (`features.conv_rate`, `stream_source`) that a flat specification has."""
    return {path[: -len(".#")] for path in flat if path.endswith(".#")}


def _summary(flat: Flat, group: str) -> Any:
    parts = {path[len(group) + 1 :]: value for path, value in flat.items() if path.startswith(f"{group}.")}
    if not parts:
        return None
    shown = {
        path: value for path, value in parts.items() if value and not path.endswith("#") and path not in _NAME_KEYS
    }
    if list(shown) == ["value_type"]:
        return shown["value_type"]
    return {path: MASK if is_secret_key(path.rpartition(".")[2]) and value else value for path, value in shown.items()}


def _flatten(message: Any, prefix: str) -> Iterator[Tuple[str, Any]]:
    for field in message.DESCRIPTOR.fields:
        kind = field.message_type
        if field.name in _NOT_DECLARED or (kind is not None and kind.name.endswith("Meta")):
            continue
        path = f"{prefix}{field.name}"
        value = getattr(message, field.name)
        if message.DESCRIPTOR.name.startswith(_FUNCTION) and field.name == "body":
            yield f"{prefix}code", _function(value)
        elif kind is not None and kind.GetOptions().map_entry:
            yield from _flatten_map(field, value, path)
        elif _is_repeated(field):
            yield from _flatten_list(field, value, path)
        elif field.has_presence:
            if message.HasField(field.name):
                yield from _flatten_message(value, path) if kind is not None else [(path, _scalar(field, value))]
        elif value or not isinstance(value, (str, bytes)):
            yield path, _scalar(field, value)


def _flatten_message(value: Any, path: str) -> Iterator[Tuple[str, Any]]:
    kind = value.DESCRIPTOR.full_name
    if kind == "google.protobuf.Duration":
        yield path, duration(value.ToTimedelta().total_seconds())
    elif kind == "google.protobuf.Timestamp":
        yield path, value.ToJsonString()
    else:
        # Marks the message itself: an empty one that is present differs from an absent one.
        yield f"{path}.#", True
        yield from _flatten(value, f"{path}.")


def _flatten_map(field: Any, value: Mapping[Any, Any], path: str) -> Iterator[Tuple[str, Any]]:
    entry = field.message_type.fields_by_name["value"]
    for key in sorted(value):
        if entry.message_type is not None:
            yield from _flatten_message(value[key], f"{path}.{key}")
        else:
            yield f"{path}.{key}", _scalar(entry, value[key])


def _flatten_list(field: Any, values: Any, path: str) -> Iterator[Tuple[str, Any]]:
    if not values:
        return
    if field.message_type is None:
        yield path, [_scalar(field, value) for value in values]
        return
    names = [_element_name(value) for value in values]
    named = all(names) and len(set(names)) == len(names)
    keys = [str(name) if named else str(index) for index, name in enumerate(names)]
    yield path, keys if named else len(keys)
    for key, value in zip(keys, values, strict=True):
        yield from _flatten_message(value, f"{path}.{key}")


def _is_repeated(field: Any) -> bool:
    # `label` is going away in protobuf 7, `is_repeated` came in 6.
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def _element_name(message: Any) -> Optional[str]:
    for key in _NAME_KEYS:
        if key in message.DESCRIPTOR.fields_by_name:
            return getattr(message, key)
    return None


def _scalar(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known is not None else value
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return _bytes(value)
    return value


def _bytes(value: bytes) -> str:
    return f"{len(value)} bytes, sha256 {hashlib.sha256(value).hexdigest()[:16]}"


def duration(seconds: float) -> str:
    """Writes a length of time as a person would: ``1d 12h``; none at all is ``0s``."""
    parts = []
    rest = abs(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{int(count)}{unit}")
    if rest or not parts:
        parts.append(f"{rest:g}s")
    return ("-" if seconds < 0 else "") + " ".join(parts)


def _function(pickled: bytes) -> str:
    """Returns a hash of a pickled function that is the same for one function in every run."""
    import dill

    try:
        return fingerprint(dill.loads(pickled))
    except Exception:
        # A pickle of another Python version, or of a module that is gone.
        return _bytes(pickled)


def fingerprint(function: Any) -> str:
    """Returns a hash of what a function does: its code, defaults, and what it refers to."""
    digest = hashlib.sha256()
    for part in _value_parts(function, set()):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:16]


def _function_parts(function: types.FunctionType, seen: set) -> Iterator[str]:
    # Two copies of one function (before and after a pickle) have the same names, so a
    # cycle is told by name, not by identity.
    identity = (function.__qualname__, function.__code__.co_code)
    if identity in seen:
        return
    seen.add(identity)
    yield from _code_parts(function.__code__)
    yield from _value_parts(function.__defaults__, seen)
    yield from _value_parts(function.__kwdefaults__, seen)
    for cell in function.__closure__ or ():
        try:
            yield from _value_parts(cell.cell_contents, seen)
        except ValueError:
            yield "empty cell"
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield name
            yield from _value_parts(function.__globals__[name], seen)


def _names(code: types.CodeType) -> set:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _code_parts(code: types.CodeType) -> Iterator[str]:
    yield from (code.co_name, code.co_code.hex(), repr(code.co_names), repr(code.co_varnames))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_parts(constant)
        elif isinstance(constant, frozenset):
            yield repr(sorted(map(repr, constant)))
        else:
            yield repr(constant)


def _value_parts(value: Any, seen: set) -> Iterator[str]:
    if isinstance(value, types.FunctionType):
        yield from _function_parts(value, seen)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _value_parts(item, seen)
    elif isinstance(value, dict):
        for key in sorted(value, key=repr):
            yield repr(key)
            yield from _value_parts(value[key], seen)
    elif isinstance(value, (str, bytes, int, float, complex, bool, type(None))):
        yield repr(value)
    elif isinstance(value, types.ModuleType):
        yield value.__name__
    elif isinstance(value, type):
        yield f"{value.__module__}.{value.__qualname__}"
    else:
        # Its state is out of reach without running its code; its kind is not.
        yield f"{type(value).__module__}.{type(value).__qualname__}"
