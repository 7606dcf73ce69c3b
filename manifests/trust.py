"""Whether what lies in a folder may be somebody else's doing. A link to the folder itself does not count."""

import os
import stat
from collections.abc import Collection, Iterator

FILES_MAX = 20_000
"""Files and folders looked at below one folder."""
SKIPPED = ("__pycache__", "node_modules")
"""Folders that nothing is served or imported from, as are hidden ones."""


def distrust(folder: str, owners: Collection[int], *, privileged: bool = False) -> str | None:
    """Why a folder is not to be believed, as a phrase: only `owners` may write there.

    `privileged`: for a process of root's, which believes in nothing that a group can write to, and in no folder below
    one that others can change.
    """
    reason = _fault(os.stat(folder), owners, privileged)
    if reason or not privileged:
        return reason
    return next(filter(None, map(_exposure, _parents(os.path.realpath(folder)))), None)


def distrust_content(folder: str, owners: Collection[int]) -> str | None:
    """Why a process of root's must not run what is in `folder`: every file has to be root's alone, and lie within."""
    root = os.path.realpath(folder)
    for path in walk(root):
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            if leads_out(path, root):
                return f"{os.path.relpath(path, root)} is a link out of the folder"
            continue
        reason = _fault(status, owners, privileged=True)
        if reason:
            return f"{os.path.relpath(path, root)} {reason}"
    return None


def walk(folder: str) -> Iterator[str]:
    """Everything below `folder` that could be served or imported, links not followed; OSError beyond `FILES_MAX`."""
    seen = 0
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name[0] == "." or entry.name in SKIPPED:
                    continue
                seen += 1
                if seen > FILES_MAX:
                    raise OSError(f"there are more than {FILES_MAX} files in {folder}")
                yield entry.path
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)


def leads_out(link: str, root: str) -> bool:
    """Whether a link in the resolved folder `root` leads out of it, or nowhere."""
    try:
        return not os.path.realpath(link, strict=True).startswith(f"{root}/")
    except OSError:
        return True


def _fault(status: os.stat_result, owners: Collection[int], privileged: bool) -> str | None:
    if status.st_uid not in owners:
        return f"belongs to another user (uid {status.st_uid})"
    if status.st_mode & stat.S_IWOTH:
        return "can be written by everybody"
    if privileged and status.st_mode & stat.S_IWGRP:
        return "can be written by a group"
    return None


def _parents(folder: str) -> Iterator[str]:
    while folder != "/":
        folder = os.path.dirname(folder)
        yield folder


def _exposure(parent: str) -> str | None:
    """Why a privileged process must not believe in what lies below `parent`."""
    status = os.stat(parent)
    if status.st_uid != 0:
        return f"lies in {parent}, which belongs to another user (uid {status.st_uid})"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX:
        return f"lies in {parent}, which others can write to"
    return None
