"""The files that the definitions' data sources point at."""

from pathlib import Path
from typing import Any, Iterator, Tuple
from urllib.parse import urlparse


def file_sources(contents: Any) -> Iterator[Any]:
    """Yields every ``FileSource`` of the definitions, once each."""
    from feast.infra.offline_stores.file_source import FileSource

    seen = set()
    for source in contents.data_sources:
        # A push, Kafka or Kinesis source carries its batch source.
        for candidate in (source, getattr(source, "batch_source", None)):
            if isinstance(candidate, FileSource) and id(candidate) not in seen:
                seen.add(id(candidate))
                yield candidate


def local_sources(contents: Any, repo: Path) -> Iterator[Tuple[Any, Path]]:
    """Yields the file sources whose data is on this machine, with the path Feast opens."""
    for source in file_sources(contents):
        path = local_path(source.path, repo)
        if path is not None:
            yield source, path


def local_path(uri: str, repo: Path) -> "Path | None":
    """Returns the local path of a file source, or none for an object store.

    As ``feast/infra/offline_stores/file_source.py::get_uri_for_file_path`` resolves it.
    """
    parsed = urlparse(uri)
    if parsed.scheme and parsed.netloc:
        return None
    path = Path(parsed.path if parsed.scheme == "file" else uri)
    return path if path.is_absolute() else repo / path
