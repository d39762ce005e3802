"""Dropping of root: files in a service's directory are created by the service's own user."""

import os
from itertools import islice
from pathlib import Path


def become_directory_owner(path: Path) -> None:
    """Switches root, irrevocably, to the user who owns the directory of the file `path` or the one above it.

    Root must not write there: that user could have placed a symbolic link in the directory, or in its place.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return
    for directory in islice(filter(os.path.lexists, path.absolute().parents), 2):
        owner = directory.lstat()
        if owner.st_uid != 0:
            os.setgroups([])
            os.setgid(owner.st_gid)
            os.setuid(owner.st_uid)
            return
