"""Where a key of feature_store.yaml stands in the file."""

from pathlib import Path
from typing import Any, Optional, Sequence, Tuple

Position = Tuple[Optional[int], Optional[int]]


def key_position(spec: Path, path: Sequence[Any]) -> Position:
    """Returns line and column (from 1) of the deepest key of ``path`` that the file has."""
    import yaml

    try:
        node = yaml.compose(spec.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None, None
    found: Position = (None, None)
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            key, node = pair
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            key = node = node.value[part]
        else:
            break
        found = (key.start_mark.line + 1, key.start_mark.column + 1)
    return found
