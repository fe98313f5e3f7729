"""Keeps secret values out of every text that leaves the driver."""

import os
import re
from typing import Any, Iterator, List, Set, Tuple
from urllib.parse import unquote

MASK = "***"

_SECRET_KEY = re.compile(
    r"passw(or)?d|passphrase|pwd$|secret|token(?!_env_var)|credential|api_?key|access_?key|private_?key"
    r"|auth_?key|account_?key|connection_?string|(^|_)sas($|_)|user_token",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?P<head>[a-zA-Z][\w+.\-]*://[^\s/:@'\"]*):(?P<password>[^\s'\"]+)@")
_ASSIGNED = re.compile(
    r"(?P<head>\b\w*(?:password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|account_?key)\s*=\s*)"
    r"(?P<value>[^\s,;&'\"()\[\]]+)",
    re.IGNORECASE,
)
# pydantic prints what it refuses, in every traceback: a secret under a misspelt key, too.
_PYDANTIC_INPUT = re.compile(r"input_value=.*?, input_type=", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[^}]*)\}|(?P<plain>\w+))")

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

# A shorter value would mask ordinary words; nothing is kept safe by three letters.
_SHORTEST = 3


def is_secret_key(key: Any) -> bool:
    """Says whether a key's name tells that its value is a secret."""
    return isinstance(key, str) and _SECRET_KEY.search(key) is not None


class Redactor:
    """Masks the secrets of one feature_store.yaml, and whatever looks like one."""

    def __init__(self) -> None:
        self._values: List[str] = []

    def learn(self, raw_yaml: str) -> None:
        """Collects the secret values of a specification.

        Both readings are walked: as written, for the variables a secret is made of, and
        with variables expanded as Feast does (``feast/repo_config.py::load_repo_config``),
        for the value itself. A file that is not YAML has no keys, hence nothing to learn.
        """
        import yaml

        found: Set[str] = set()
        for text in (raw_yaml, os.path.expandvars(raw_yaml)):
            try:
                document = yaml.safe_load(text)
            except yaml.YAMLError:
                continue
            for key, value in _scalars(document, ""):
                if is_secret_key(key):
                    found |= _forms(value)
                    found |= {os.environ[name] for name in variables(value) if name in os.environ}
                for match in _URL_PASSWORD.finditer(value):
                    found |= _forms(match["password"])
        found |= {os.environ[name] for name in variables(raw_yaml) if is_secret_key(name) and name in os.environ}
        usable = {value for value in found if len(value) >= _SHORTEST}
        # The longest first: one secret may be the beginning of another.
        self._values = sorted(usable, key=lambda value: (-len(value), value))

    def __call__(self, text: str) -> str:
        """Returns the text with secrets masked, and without the colours that Feast puts into messages."""
        text = _COLOUR.sub("", text)
        for value in self._values:
            text = text.replace(value, MASK)
        text = _URL_PASSWORD.sub(rf"\g<head>:{MASK}@", text)
        text = _PYDANTIC_INPUT.sub(rf"input_value={MASK}, input_type=", text)
        return _ASSIGNED.sub(rf"\g<head>{MASK}", text)


def variables(text: str) -> Set[str]:
    """Returns the names of the environment variables that ``os.path.expandvars`` would look up."""
    return {match["braced"] or match["plain"] for match in _VARIABLE.finditer(text)} - {""}


def _scalars(value: Any, key: str) -> Iterator[Tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            # Everything below a secret key is secret too: `credentials: {a: …}`.
            yield from _scalars(item, key if is_secret_key(key) else str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item, key)
    elif value is not None and not isinstance(value, bool):
        yield key, str(value)


def _forms(value: str) -> Set[str]:
    """A secret in the spellings an error message may show it in."""
    return {value, unquote(value), repr(value)[1:-1]}
