"""Checksums of the files in a folder: a state that pages follow, and a method that takes long."""

import asyncio
import hashlib
from pathlib import Path

from bridge import hookimpl
from bridge.channel import Channel, NoOptions
from bridge.protocol import Problem
from bridge.rpc import Progress, RpcChannel, method


class ChecksumsChannel(RpcChannel):
    payload = "checksums1"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        self.publish({"folder": "", "files": {}})
        self.loaded()
        await self.serve()

    @method
    async def check(self, progress: Progress, folder: str) -> int:
        """Look at every file in `folder`; how many there are."""
        try:
            files = await asyncio.to_thread(files_in, Path(folder))
        except OSError as exc:
            raise Problem("not-found", f"{folder}: {exc.strerror}") from None
        # In a merge patch null removes: so the files of the folder before go.
        self.publish({"folder": folder, "files": dict.fromkeys(self.state["files"])})
        for number, file in enumerate(files):
            progress.report(number, len(files), file.name)
            checksum = await asyncio.to_thread(sha256, file)
            self.publish({"files": {file.name: {"sha256": checksum}}})
        progress.report(len(files), len(files))
        return len(files)


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@hookimpl
def channels() -> list[type[Channel]]:
    return [ChecksumsChannel]
