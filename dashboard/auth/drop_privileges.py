"""Dropping of root: files in a service's directory are created by the service's own user."""

import os
from pathlib import Path


def become_directory_owner(path: Path) -> None:
    """Switches root, irrevocably, to the owner of the state directory around the file `path`.

    Root must not write there: the owner could have placed a symbolic link in the directory.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return
    owner = _nearest_existing(path.absolute().parent).stat()
    if owner.st_uid != 0:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


def _nearest_existing(path: Path) -> Path:
    """Returns the nearest existing directory above `path`."""
    return next(directory for directory in path.parents if directory.exists())
