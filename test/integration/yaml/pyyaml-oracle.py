"""Reads base64 documents, one a line, and answers each with what yaml.safe_load makes of it, types told apart."""

import base64
import datetime
import json
import struct
import sys

import yaml


def show(value, inside=()):
    if id(value) in inside:
        return ["cycle"]
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int):
        return ["int", hex(value)]
    if isinstance(value, float):
        return ["float", "nan" if value != value else struct.pack(">d", value).hex()]
    if isinstance(value, str):
        return ["str", value]
    if isinstance(value, datetime.datetime):
        return ["datetime", str(value)]
    if isinstance(value, datetime.date):
        return ["date", str(value)]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    inside = (*inside, id(value))
    if isinstance(value, (list, tuple)):
        return ["seq", [show(item, inside) for item in value]]
    if isinstance(value, set):
        return ["set", sorted((show(item, inside) for item in value), key=json.dumps)]
    if isinstance(value, dict):
        return ["map", [[show(key, inside), show(item, inside)] for key, item in value.items()]]
    raise TypeError(type(value))


for line in sys.stdin:
    try:
        answer = {"value": show(yaml.safe_load(base64.b64decode(line)))}
    except Exception as error:  # PyYAML lets ValueError, KeyError, RecursionError and others through
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
