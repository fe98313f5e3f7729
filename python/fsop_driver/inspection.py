"""Says what is installed in the environment that the driver runs in."""

import platform
import sys
from importlib.metadata import distributions
from typing import Any, Dict

from fsop_driver.session import Session

# What decides which stores work, besides Feast itself.
_INTERESTING = {
    "aiobotocore", "boto3", "cassandra-driver", "clickhouse-connect", "couchbase", "dask", "deltalake", "duckdb",
    "elasticsearch", "feast", "google-cloud-bigquery", "google-cloud-bigtable", "google-cloud-datastore",
    "google-cloud-storage", "grpcio", "happybase", "hazelcast-python-client", "ibis-framework", "kubernetes", "mlflow",
    "numpy", "openlineage-python", "pandas", "protobuf", "psycopg", "pyarrow", "pydantic", "pymilvus", "pymongo",
    "pymssql", "pymysql", "pyspark", "qdrant-client", "ray", "redis", "singlestoredb", "snowflake-connector-python",
    "sqlalchemy", "sqlite-vec", "trino", "typeguard",
}  # fmt: skip


def run(_session: Session) -> Dict[str, Any]:
    """Does ``inspect``; imports nothing, so it is quick."""
    packages: Dict[str, str] = {}
    for distribution in distributions():
        name = (distribution.metadata["Name"] or "").lower().replace("_", "-")
        if name in _INTERESTING:
            packages.setdefault(name, distribution.version)
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "virtual": sys.prefix != sys.base_prefix,
        "platform": f"{sys.platform}-{platform.machine()}",
        "feast": packages.get("feast"),
        "packages": dict(sorted(packages.items())),
    }
