"""root works on a service's files as that service's user: what it makes is the service's."""

import os
from pathlib import Path


def become_directory_owner(path: Path) -> None:
    """If this is root, goes on for good as the owner of the state folder around the file `path`.

    As root it could be led astray: its user may have put a link in that folder.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return
    owner = _nearest(path.absolute().parent).stat()
    if owner.st_uid != 0:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


def _nearest(path: Path) -> Path:
    """The folder around it, or around that, which exists."""
    return next(folder for folder in path.parents if folder.exists())
