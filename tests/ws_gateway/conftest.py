"""A running gateway with the real bridge, clients for it, and a corner of this machine for system mode."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from testbed.browser_socket import PATIENCE, Socket
from testbed.other_host import NAME, Far
from testbed.processes import process_table
from testbed.system_console import PAM_SERVICE, Corner, System
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

from ws_gateway.app import Gateway
from ws_gateway.serve import listen
from ws_gateway.settings import OUR_BRIDGE, Settings


class Browser:
    """A client of one gateway, with a cookie once it is logged in."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.cookie: str | None = None
        self.token = ""
        self.sockets: list[Socket] = []
        self.host = f"127.0.0.1:{gateway.port}"

    async def fetch(self, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie is not None:
            named.setdefault("Cookie", self.cookie)
        request = HTTPRequest(
            f"http://{self.host}{path}",
            method=method,
            headers=named,
            decompress_response=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            request_timeout=PATIENCE,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def log_in(self) -> Self:
        response = await self.fetch("/cockpit/login", Authorization=f"Bearer {self.gateway.tokens.issue()}")
        assert response.code == 200, response.body
        self.cookie = response.headers["Set-Cookie"].partition(";")[0]
        self.token = json.loads(response.body)["csrf-token"]
        return self

    async def socket(self, **headers: str) -> Socket:
        """A websocket; HTTPClientError if it is refused."""
        named = {"Origin": f"http://{self.host}"} | ({"Cookie": self.cookie} if self.cookie else {}) | headers
        request = HTTPRequest(f"ws://{self.host}/cockpit/socket", headers=named, request_timeout=PATIENCE)
        connection = await websocket_connect(request, subprotocols=["cockpit1"], max_message_size=32 << 20)
        socket = Socket(connection)
        self.sockets.append(socket)
        return socket

    async def refused(self, **headers: str) -> int:
        """The status with which a websocket is refused."""
        with pytest.raises(HTTPClientError) as caught:
            await self.socket(**headers)
        return caught.value.code

    async def talk(self, request: bytes) -> bytes:
        """What the server answers to these bytes until it closes, or falls silent for a second."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.gateway.port)
        writer.write(request)
        answer = b""
        try:
            while chunk := await asyncio.wait_for(reader.read(65536), 1):
                answer += chunk
        except TimeoutError:
            pass
        finally:
            writer.transport.abort()
        return answer


Start = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Start]:
    """`await start(bridge=…, environ=…)`: a gateway on a free port; a client of it, not logged in."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    started: list[Browser] = []

    async def begin(bridge: tuple[str, ...] = OUR_BRIDGE, **environ: str) -> Browser:
        settings = Settings(port=0, bridge=bridge, environ=environ)
        gateway = Gateway(settings)
        await gateway.start([listen(settings)])
        started.append(Browser(gateway))
        return started[-1]

    yield begin
    for browser in started:
        for socket in browser.sockets:
            socket.connection.close()
        await browser.gateway.stop()
    AsyncHTTPClient().close()


@pytest.fixture
async def browser(start: Start, packages: Path) -> Browser:
    """A client that is logged in, of a gateway whose bridge serves `packages`."""
    return await (await start(PILOTHOUSE_PLUGIN_PATH=str(packages))).log_in()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with two packages: a shell, and `pictures`."""
    folder = tmp_path / "packages"
    for name, files in {
        "shell": {"index.html": "<!doctype html><html><head><title>shell</title></head><body></body></html>"},
        "pictures": {"index.html": "<html><head></head></html>", "big.txt": "0123456789abcdef" * 65536},
    }.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "manifest.json").write_text(json.dumps({"name": name}))
        for file, content in files.items():
            (folder / name / file).write_text(content)
    return folder


@pytest.fixture
def faulty() -> Callable[[str], tuple[str, ...]]:
    """The argv of a bridge with the named fault."""
    return lambda fault: (sys.executable, "-I", str(Path(__file__).parent / "faulty_bridge.py"), fault)


@pytest.fixture
def gone() -> Callable[[int], Awaitable[None]]:
    """Waits until a process and all in its session are gone."""

    async def wait(pid: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while any(process.session == pid and process.state != "Z" for process in process_table().values()):
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def corner_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corner]:
    if os.getuid() != 0 or shutil.which("nsenter") is None:
        pytest.skip("needs root and util-linux")
    corner = Corner(tmp_path_factory.mktemp("corner"))
    corner.user("anna", "S3cr3t-anna-7291")
    yield corner
    corner.namespace.close()


@pytest.fixture
def corner(corner_session: Corner) -> Iterator[Corner]:
    """The corner, with the account anna (password S3cr3t-anna-7291); rules and settings as at the start."""
    yield corner_session
    corner_session.service(PAM_SERVICE)
    shutil.rmtree(corner_session.etc / "pilothouse", ignore_errors=True)


@pytest.fixture
def serve_system(corner: Corner, tmp_path: Path) -> Iterator[Callable[..., System]]:
    """`serve_system(*arguments)`: a running console in system mode, on a free port of loopback."""
    started: list[System] = []

    def begin(*arguments: str, prefix: tuple[str, ...] = ()) -> System:
        started.append(System(corner, tmp_path, *arguments, prefix=prefix))
        return started[-1]

    yield begin
    for system in started:
        try:
            system.stop()
        finally:
            system.kill()


@pytest.fixture
def far(corner: Corner, tmp_path: Path) -> Iterator[Callable[..., Far]]:
    """`far(path=…, options=…)`: another host, where programs are looked for in that path.

    Logins to others are switched on, also to those that are this machine.
    """
    made: list[Far] = []
    hosts = corner.etc / "hosts"
    kept = hosts.read_text()
    hosts.write_text(f"127.0.0.1 localhost {NAME}\n")
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text(
        "[WebService]\nLoginTo = yes\n[Ssh-Login]\nAllowLocal = yes\n"
    )

    def start(
        path: str = f"{Path(sys.executable).parent}:/usr/bin:/bin",
        options: str = "UsePAM no\nPasswordAuthentication yes\n",
    ) -> Far:
        made.append(Far(corner, tmp_path, path, options))
        return made[-1]

    yield start
    for each in made:
        each.stop()
    hosts.write_text(kept)
    (corner.etc / "ssh" / "ssh_known_hosts").unlink(missing_ok=True)
