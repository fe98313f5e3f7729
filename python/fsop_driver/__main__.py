"""Starts the driver from its folder, and from nowhere else.

Python puts the folder given on its command line first on ``sys.path``. Left there,
a user's own ``plan.py`` or ``errors.py`` would be shadowed by ours, so the entry is
taken away and the package is found by a finder of its own. That finder also keeps
Python from writing ``.pyc`` files beside the sources: the folder may be read-only or
belong to somebody else, while the caches of Feast itself must still be written (a
fresh environment made by ``uv`` has none, and compiling Feast takes seconds).
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Optional, Sequence

PACKAGE = "fsop_driver"
FOLDER = Path(__file__).resolve().parent


class _SourceOnlyLoader(SourceFileLoader):
    """Loads a module from its source and leaves no compiled file behind."""

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Does nothing; called by importlib to store the compiled module."""


class _PackageFinder(MetaPathFinder):
    """Finds the modules of this package in its own folder."""

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        if fullname == PACKAGE:
            file, search = FOLDER / "__init__.py", [str(FOLDER)]
        elif fullname.startswith(f"{PACKAGE}."):
            file, search = FOLDER / f"{fullname.rpartition('.')[2]}.py", None
        else:
            return None
        loader = _SourceOnlyLoader(fullname, str(file))
        return spec_from_file_location(fullname, str(file), loader=loader, submodule_search_locations=search)


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != FOLDER]
    sys.meta_path.insert(0, _PackageFinder())
    from fsop_driver.session import main

    sys.exit(main())
