"""Which keys of feature_store.yaml hold a credential, and defaults that must not be repeated.

Feast types nearly all of them as plain strings, so the name decides.
"""

from __future__ import annotations

import re
from typing import Any

_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:password|passwd|passphrase|secret|token|api_key|access_key|secret_key|private_key_content"
    r"|connection_string)$|credential"
)

# Keys whose name says nothing. A database URL carries its password; the mapping under Trino's `auth` carries a
# password or a token, by type.
_SECRET_ATTRIBUTES = {
    ("SqlRegistryConfig", "path"),
    ("SqlRegistryConfig", "read_path"),
    ("AuthConfig", "config"),
}

_URL_WITH_PASSWORD = re.compile(r"://[^\s:/@]*:[^\s/@]+@")


def is_secret(class_name: str, attribute: str, key: str) -> bool:
    """Whether the value of `key` is a credential. A path to one (`sslkey_path`, `private_key`) is not."""
    return bool(_SECRET_NAME.search(key)) or (class_name, attribute) in _SECRET_ATTRIBUTES


def reveals_credential(default: Any) -> bool:
    """Whether a default holds a password of its own, as mssql's connection string does."""
    return isinstance(default, str) and bool(_URL_WITH_PASSWORD.search(default))
