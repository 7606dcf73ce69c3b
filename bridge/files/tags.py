"""Tags: what tells one version of a file from another; opaque to clients (reference 2.7)."""

import os

ABSENT = "-"
"""The tag of a file that is not there."""


def tag_of(info: os.stat_result) -> str:
    """The tag of the file that `info` describes: its identity, and what changes with content, mode and owner."""
    return f"1:{info.st_ino}-{info.st_mtime_ns}-{info.st_mode:o}-{info.st_uid}-{info.st_gid}"
