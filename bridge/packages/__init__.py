"""What a host has to show: its packages, and the files of theirs that pages load."""

from bridge.packages.catalogue import Packages

__all__ = ["Packages"]
