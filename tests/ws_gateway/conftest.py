"""A running gateway with the real bridge, clients for it, and a corner of this machine for system mode."""

import asyncio
import base64
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self
from uuid import uuid4

import pytest
from testbed.namespace import Namespace
from testbed.processes import carrying, describe, kill_quietly, process_table, wait_until
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, websocket_connect

from ws_gateway.app import Gateway
from ws_gateway.serve import listen
from ws_gateway.settings import OUR_BRIDGE, Settings

PATIENCE = 10.0


class Socket:
    """A browser's websocket: transcripts in, transcripts out. The gateway's pings are left out."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection

    async def control(self, **message: Any) -> None:
        await self.connection.write_message("\n" + json.dumps(message))

    async def data(self, channel: str, payload: str) -> None:
        await self.connection.write_message(f"{channel}\n{payload}")

    async def raw(self, message: str | bytes, binary: bool = False) -> None:
        await self.connection.write_message(message, binary)

    async def receive(self) -> Any:
        """A control message as a dict, data as it came (str or bytes), the socket's end as (code, reason)."""
        while True:
            message = await asyncio.wait_for(self.connection.read_message(), PATIENCE)
            if message is None:
                return self.connection.close_code, self.connection.close_reason
            if not message.startswith("\n" if isinstance(message, str) else b"\n"):
                return message
            control = json.loads(message)
            if control != {"command": "ping"}:
                return control

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The first thing received that is `wanted`."""
        while not wanted(received := await self.receive()):
            assert not isinstance(received, tuple), f"the socket was closed: {received}"
        return received

    async def init(self) -> dict[str, Any]:
        """The greeting of both sides."""
        greeting = await self.receive()
        await self.control(command="init", version=1)
        return dict(greeting)

    async def echo_works(self, channel: str) -> bool:
        """Opens an echo channel, sends through it, closes it."""
        await self.control(command="open", channel=channel, payload="echo")
        await self.data(channel, "are you there?")
        answer = await self.until(lambda received: isinstance(received, str))
        await self.control(command="close", channel=channel)
        return bool(answer == f"{channel}\nare you there?")


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


ROOT = Path(__file__).parents[2]
GATEWAY_UID = 65534
PAM_SERVICE = """
auth required pam_unix.so
account required pam_nologin.so
account required pam_unix.so
password required pam_unix.so
session required pam_env.so
session required pam_unix.so
"""


class Corner:
    """Mounts of its own over /etc, /run, /var/log, /home and /root: users and PAM services that nobody else sees."""

    def __init__(self, directory: Path) -> None:
        self.etc = directory / "etc"
        subprocess.run(["cp", "-a", "/etc", str(self.etc)], check=True)
        # Of a console that is installed here.
        shutil.rmtree(self.etc / "pilothouse", ignore_errors=True)
        python = Path(sys.base_prefix)
        (directory / "python").mkdir()
        self.namespace = Namespace()
        self.namespace.mount("--bind", python, directory / "python")
        self.namespace.mount("--bind", self.etc, "/etc")
        for place in ("/root", "/run", "/var/log", "/home"):
            self.namespace.mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", place)
        if python.is_relative_to("/root"):
            # The interpreter may be in a folder of root's, and people shall be able to run it.
            self.run("mkdir", "-p", str(python))
            self.namespace.mount("--bind", directory / "python", python)
        self.service(PAM_SERVICE)

    def run(self, *argv: str, said: str = "") -> str:
        """Runs a program in here; what it said."""
        done = subprocess.run(self.namespace.enter(argv), input=said, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (argv, done.stdout, done.stderr)
        return done.stdout

    def python(self, script: str, *arguments: str) -> str:
        return self.run(sys.executable, "-c", script, *arguments)

    def user(self, name: str, password: str, *options: str) -> None:
        """Makes an account that nobody outside sees."""
        self.run("useradd", "-m", "-s", "/bin/bash", *options, name)
        self.run("chpasswd", said=f"{name}:{password}\n")

    def service(self, rules: str) -> None:
        """The PAM rules of our service."""
        (self.etc / "pam.d" / "pilothouse").write_text(rules)

    def records(self) -> None:
        """Empty utmp, wtmp and btmp."""
        for path in ("/run/utmp", "/var/log/wtmp", "/var/log/btmp"):
            self.run("rm", "-f", path)
            self.run("touch", path)


class Reply(NamedTuple):
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class System:
    """`pilothouse serve --system` in a corner, and a browser's requests to it."""

    MARK = "PILOTHOUSE_TEST_SYSTEM"

    def __init__(self, corner: Corner, directory: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> None:
        self.corner = corner
        self._ours = uuid4().hex
        self._log = directory / f"system-{self._ours}.log"
        self.status = 0
        argv = [*prefix, sys.executable, "-m", "ws_gateway", "serve", "--system", "--user", str(GATEWAY_UID)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                corner.namespace.enter([*argv, "--port", "0", "--address", "127.0.0.1", *arguments]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {self.MARK: self._ours},
                start_new_session=True,
            )
        wait_until(lambda: "Pilothouse is at" in self.output or self.process.poll() is not None, "it serves", 30)
        assert self.process.poll() is None, self.output
        self.url = self.output.partition("Pilothouse is at ")[2].split()[0]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])
        self.context = ssl.create_default_context()
        if self.url.startswith("https"):
            self.trust()

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def trust(self) -> None:
        """Believes in the console's certificate, and in no other."""
        folder = self.corner.etc / "pilothouse" / "ws-certs.d"
        self.context = ssl.create_default_context(cafile=str(max(folder.glob("*.cert"))))

    def get(self, path: str, source: str = "127.0.0.1", **headers: str) -> Reply:
        if self.url.startswith("https"):
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, context=self.context, timeout=30, source_address=(source, 0)
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Reply(answer.status, answer.reason, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def log_in(self, user: str, password: str, **more: str) -> Reply:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        return self.get("/cockpit/login", Authorization=f"Basic {credentials}", **more)

    def answer(self, question: Reply, text: str, application: str = "cockpit") -> Reply:
        """The next step of a login that asked something."""
        assert question.headers["www-authenticate"].startswith(f"X-Conversation {question.json['id']}")
        answer = base64.b64encode(text.encode()).decode()
        return self.get(f"/{application}/login", Authorization=f"X-Conversation {question.json['id']} {answer}")

    async def socket(self, login: Reply, application: str = "cockpit") -> Socket:
        request = HTTPRequest(
            self.url.replace("http", "ws", 1) + f"{application}/socket",
            headers={"Origin": self.url.rstrip("/"), "Cookie": login.headers["set-cookie"].partition(";")[0]},
            ssl_options=self.context if self.url.startswith("https") else None,
        )
        return Socket(await websocket_connect(request, subprotocols=["cockpit1"]))

    def children(self, parent: int | None = None) -> list[int]:
        parent = self.process.pid if parent is None else parent
        return [process.pid for process in process_table().values() if process.parent == parent]

    def gateway(self) -> int:
        return next(pid for pid in self.children() if "system_gateway" in describe(pid))

    def helpers(self) -> list[int]:
        """The session helpers that have not ended."""
        table = process_table()
        living = [pid for pid in self.children() if pid in table and table[pid].state != "Z"]
        return [pid for pid in living if "session_helper" in describe(pid)]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=15) == self.status, self.output
        assert "Traceback" not in self.output, self.output

    def kill(self) -> None:
        for pid in [*self.children(), *carrying(self.MARK, self._ours, process_table())]:
            kill_quietly(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=10)


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
