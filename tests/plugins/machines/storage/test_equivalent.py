import shlex
from typing import Any

import pytest
from testbed.libvirtd import Libvirtd

from plugins.machines.provider import Kind, Method
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.storage.equivalent import storage_commands

KEY = "00000000-0000-4000-8000-000000000009"
PLAIN: dict[str, Any] = {"volume_format": "", "allocation": None, "backing": ""}


async def test_the_commands_make_and_delete_what_the_methods_would(
    libvirtd: Libvirtd, heard: Any, tmp_path: Any
) -> None:
    """They are run as they are shown, on a real libvirt, with names that look like something else."""
    provider = await LibvirtPython.open(libvirtd.uri, heard)

    async def run(method: Method, key: str, **params: Any) -> None:
        for words in await storage_commands(provider, method, key, params):
            libvirtd.virsh(*words)

    try:
        await run(Method.POOL_DEFINE, "", name="-rf $(id)", pool_type="dir", target=str(tmp_path / "a b"))
        (pool,) = await provider.listing(Kind.POOL)
        for method in (Method.POOL_BUILD, Method.POOL_START, Method.POOL_REFRESH):
            await run(method, pool)
        await run(Method.POOL_SET_AUTOSTART, pool, on=True)
        assert (await provider.listing(Kind.POOL))[pool].autostart
        await run(Method.VOLUME_CREATE, pool, name="--all", capacity=1 << 20, **PLAIN | {"volume_format": "qcow2"})
        layer = {"volume_format": "qcow2", "backing": f"{pool}/--all"}
        await run(Method.VOLUME_CREATE, pool, name="$(id)", capacity=1 << 20, **PLAIN | layer)
        await run(Method.VOLUME_CLONE, f"{pool}/--all", name="'", pool="", volume_format="")
        await run(Method.VOLUME_RESIZE, f"{pool}/'", capacity=1 << 21, shrink=False)
        await run(Method.VOLUME_WIPE, f"{pool}/'")
        names = {key.partition("/")[2] for key in await provider.listing(Kind.VOLUME)}
        assert names == {"--all", "$(id)", "'"}
        await run(Method.POOL_DELETE, pool, contents=True)
        assert await provider.listing(Kind.POOL) == {}
        assert not (tmp_path / "a b").exists()
    finally:
        await provider.close()


@pytest.mark.parametrize(
    ("method", "params", "command"),
    [
        (
            Method.POOL_DEFINE,
            {"name": "n", "pool_type": "rbd", "hosts": ["a:1", "b"], "source_name": "p", "user": "u", "secret": "u"},
            (
                "pool-define-as --name=n --type=rbd --source-host=a:1,b --source-name=p --auth-username=u "
                "--secret-uuid=u --auth-type=ceph"
            ),
        ),
        (
            Method.VOLUME_CLONE,
            {"name": "n", "pool": KEY, "volume_format": "raw"},
            f"vol-create-from --pool={KEY} --inputpool={KEY} --vol=v --file=FILE.xml",
        ),
        (Method.VOLUME_UPLOAD, {}, f"vol-upload --pool={KEY} --vol=v --file=FILE"),
        (Method.VOLUME_DOWNLOAD, {}, f"vol-download --pool={KEY} --vol=v --file=FILE"),
    ],
)
async def test_a_command(provider: LibvirtPython, method: Method, params: dict[str, Any], command: str) -> None:
    (words,) = await storage_commands(provider, method, f"{KEY}/v", params)
    assert shlex.join(words) == command
