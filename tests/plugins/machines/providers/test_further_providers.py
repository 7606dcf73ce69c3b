import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pluggy
import pytest

from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import open_provider
from plugins.machines.providers.further_providers import further_provider, installed

OURS = """
from plugins.machines.hookspecs import hookimpl
from plugins.machines.providers.libvirt_python import LibvirtPython

async def opening(uri, listener):
    return await LibvirtPython.open("test://" + uri.removeprefix("cloud://"), listener)

@hookimpl
def machines_provider(uri):
    return opening if uri.startswith("cloud://") else None
"""


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Installs a distribution whose module has that text."""

    def install(text: str) -> None:
        (tmp_path / "cloud_machines.py").write_text(text)
        info = tmp_path / "cloud-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cloud\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[pilothouse.machines]\ncloud = cloud_machines\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        installed.cache_clear()

    yield install
    installed.cache_clear()
    sys.modules.pop("cloud_machines", None)


async def test_a_distributions_provider_answers_for_its_uris(
    distribution: Callable[[str], None], world: str, heard: Any
) -> None:
    distribution(OURS)
    provider = await open_provider(Choice(world.replace("test://", "cloud://")), heard)
    assert len(await provider.domains()) == 4
    await provider.close()
    assert further_provider("qemu:///system") is None


async def test_a_provider_that_was_asked_for_is_not_replaced(
    distribution: Callable[[str], None], world: str, heard: Any
) -> None:
    distribution(OURS.replace('"cloud://") else', '"test:") else'))
    provider = await open_provider(Choice(world, provider="virsh"), heard)
    assert provider.name == "virsh"
    await provider.close()


def test_one_that_cannot_be_imported_costs_only_itself(
    distribution: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    distribution("import no_such_module")
    assert further_provider("cloud://x") is None
    assert "cloud_machines cannot be loaded" in caplog.text


def test_a_misspelt_hook_is_an_error(distribution: Callable[[str], None]) -> None:
    distribution(OURS.replace("def machines_provider", "def machine_provider"))
    with pytest.raises(pluggy.PluginValidationError, match="machine_provider"):
        further_provider("cloud://x")
