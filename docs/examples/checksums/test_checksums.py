import hashlib
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, expect

from bridge.protocol import Problem
from bridge.testing import Wire, connect

EMPTY = hashlib.sha256().hexdigest()


async def test_the_checksums_are_in_the_state(wire: Wire, tmp_path: Path) -> None:
    backend = await connect(wire, "checksums1")
    assert await backend.until_loaded() == {"folder": "", "files": {}}
    (tmp_path / "empty").touch()
    assert await backend.call("check", folder=str(tmp_path)) == 1
    assert backend.state["files"] == {"empty": {"sha256": EMPTY}}
    (tmp_path / "empty").rename(tmp_path / "renamed")
    assert await backend.call("check", folder=str(tmp_path)) == 1
    assert backend.state["files"] == {"renamed": {"sha256": EMPTY}}


async def test_a_folder_that_is_not_there(wire: Wire) -> None:
    backend = await connect(wire, "checksums1")
    with pytest.raises(Problem, match="/nowhere: No such file or directory"):
        await backend.call("check", folder="/nowhere")


async def test_it_can_be_cancelled(wire: Wire, tmp_path: Path) -> None:
    backend = await connect(wire, "checksums1")
    with (tmp_path / "big").open("wb") as file:
        file.truncate(200_000_000)
    (tmp_path / "later").touch()
    backend.request(1, "check", folder=str(tmp_path))
    await backend.until(folder=str(tmp_path))
    backend.cancel(1)
    assert (await backend.reply())["error"]["data"]["problem"] == "cancelled"
    assert "later" not in backend.state["files"]


async def test_the_page(frame: FrameLocator, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/empty").touch()
    await frame.get_by_label("Folder").fill(str(tmp_path / "folder"))
    await frame.get_by_role("button", name="Check").click()
    await expect(frame.get_by_role("status")).to_have_text("1 file")
    await expect(frame.get_by_role("row", name="empty")).to_contain_text(EMPTY)
    await frame.get_by_label("Folder").fill("/nowhere")
    await frame.get_by_role("button", name="Check").click()
    await expect(frame.get_by_role("status")).to_contain_text("No such file or directory")
