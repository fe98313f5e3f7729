"""Keeps two writers of one store apart.

A file registry is read, changed and written as a whole: of two at once, one would lose
what the other wrote (Feast issue 2176). The lock is the kernel's, on a folder: it goes
with the process, however that ends, and leaves no file behind.
"""

import fcntl
import os
from pathlib import Path
from typing import List

from fsop_driver import registry_store
from fsop_driver.session import Session

# Held until the process ends.
_held: List[int] = []


def hold(session: Session) -> None:
    """Waits until no other fsop writes to the store, and says so when it has to wait.

    The repository's folder stands for the store; a registry file that lies elsewhere may
    be shared with other repositories, so its folder is locked too.
    """
    folders = {session.repo}
    registry = registry_store.local_file(session.config, session.repo)
    if registry is not None and session.repo not in registry.parents and registry.parent.is_dir():
        folders.add(registry.parent)
    for folder in sorted(folders):
        _lock(folder, session)


def _lock(folder: Path, session: Session) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        session.begin("lock", "Waiting for another fsop that writes to this store")
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        # File systems without locks (some network mounts) leave it to the user.
        os.close(handle)
        return
    _held.append(handle)
