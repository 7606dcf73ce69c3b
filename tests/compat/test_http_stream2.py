"""`http-stream2` and the older `http-stream1` to servers (reference 2.12, 2.18)."""

import contextlib
import json
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer

TLS_NAME = "localhost"


class Handler(BaseHTTPRequestHandler):
    """Says what it was asked; some paths are special."""

    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        match self.path:
            case "/status":
                self._answer(418, b"short and stout", "I'm a teapot")
            case "/empty":
                self._answer(204, b"")
            case "/chunked":
                self._chunked([b"one", b"two" * 30_000, b"three"])
            case "/broken":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
                self.close_connection = True
            case "/hang-up":
                self.close_connection = True
            case "/not-http":
                self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
                self.close_connection = True
            case _:
                request = {"method": self.command, "path": self.path, "headers": dict(self.headers.items())}
                self._answer(200, json.dumps(request | {"body": body.decode()}).encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any  # noqa: N815 - the names that http.server looks for

    def _answer(self, status: int, body: bytes, reason: str | None = None) -> None:
        self.send_response(status, reason)
        self.send_header("X-Own", "value")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _chunked(self, parts: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *arguments: object) -> None:
        pass

    def address_string(self) -> str:
        return ""


class Hangup(socketserver.ThreadingMixIn):
    """Ends the connections that clients keep, when it ends itself."""

    daemon_threads = False

    def __init__(self, *arguments: Any) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)  # type: ignore[misc]

    def server_close(self) -> None:
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may go away."""


class TcpServer(Hangup, socketserver.TCPServer):
    allow_reuse_address = True


class UnixServer(Hangup, socketserver.UnixStreamServer):
    pass


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def port() -> Iterator[int]:
    """A server on loopback."""
    server = TcpServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield server.server_address[1]


@pytest.fixture
def unix(folder: Path) -> Iterator[str]:
    """A server on a Unix socket."""
    with serving(UnixServer(str(folder / "socket"), Handler)):
        yield str(folder / "socket")


@pytest.fixture
def certificate(folder: Path) -> Path:
    """A certificate that nobody trusts, with its key."""
    file = folder / "cert.pem"
    subject = ["-subj", f"/CN={TLS_NAME}", "-addext", f"subjectAltName=DNS:{TLS_NAME},IP:127.0.0.1"]
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *subject]
    subprocess.run([*new, "-keyout", str(folder / "key.pem"), "-out", str(file)], check=True, capture_output=True)
    return file


@contextlib.contextmanager
def serving_tls(certificate: Path, *, choosy: bool = False) -> Iterator[int]:
    """A server on loopback, with TLS; a choosy one lets nobody in but who has the certificate."""
    server = TcpServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    if choosy:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with serving(server):
        yield server.server_address[1]


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    with serving_tls(certificate) as port:
        yield port


@pytest.fixture
def choosy_port(certificate: Path) -> Iterator[int]:
    with serving_tls(certificate, choosy=True) as port:
        yield port


def fetch(peer: Peer, *payloads: bytes, **options: object) -> tuple[dict[str, Any], bytes]:
    """The response and its body, of a request that must work."""
    peer.open("h", "http-stream2", **({"method": "GET", "path": "/", "binary": "raw"} | options))
    for payload in payloads:
        peer.send("h", payload)
    peer.done("h")
    # Where the bridge waits for the connection, it is ready then.
    if (event := peer.next("h"))[0] == "ready":
        event = peer.next("h")
    assert event[0] == "response", event
    body, close = peer.until("close", "h")
    assert "problem" not in close, close
    return event[1], body


def failure(peer: Peer, **options: object) -> dict[str, Any]:
    """The closing message of a request that cannot work."""
    peer.open("h", "http-stream2", **({"method": "GET", "path": "/"} | options))
    peer.done("h")
    while (event := peer.next("h"))[0] != "close":
        pass
    return event[1]


def test_a_response(peer: Peer, port: int) -> None:
    response, body = fetch(peer, port=port, address="127.0.0.1", path="/status")
    assert (response["status"], response["reason"]) == (418, "I'm a teapot")
    assert response["headers"]["X-Own"] == "value"
    assert body == b"short and stout"


def test_ready_comes_at_once(peer: Peer, port: int) -> None:
    peer.opened("h", "http-stream2", port=port, method="GET", path="/")


def test_a_unix_socket(peer: Peer, unix: str) -> None:
    _, body = fetch(peer, unix=unix, path="/x?y=z")
    assert json.loads(body)["path"] == "/x?y=z"


def test_a_request_has_our_headers(peer: Peer, unix: str) -> None:
    _, body = fetch(peer, unix=unix, headers={"X-Mine": "mine", "Accept": "text/x"})
    headers = json.loads(body)["headers"]
    assert (headers["X-Mine"], headers["Accept"]) == ("mine", "text/x")
    assert "Host" in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_request_with_a_body(peer: Peer, unix: str, method: str) -> None:
    _, body = fetch(peer, b"some", b"thing", unix=unix, method=method)
    assert json.loads(body)["method"] == method
    assert json.loads(body)["body"] == "something"


def test_head_has_no_body(peer: Peer, unix: str) -> None:
    response, body = fetch(peer, unix=unix, method="HEAD", path="/status")
    assert (response["status"], body) == (418, b"")


def test_no_content(peer: Peer, unix: str) -> None:
    response, body = fetch(peer, unix=unix, path="/empty")
    assert (response["status"], body) == (204, b"")


def test_a_chunked_response(peer: Peer, unix: str) -> None:
    response, body = fetch(peer, unix=unix, path="/chunked")
    assert body == b"one" + b"two" * 30_000 + b"three"
    assert "Transfer-Encoding" not in response["headers"]


def test_many_requests(peer: Peer, port: int) -> None:
    for number in range(30):
        peer.open(f"h{number}", "http-stream2", port=port, address="127.0.0.1", method="GET", path=f"/{number}")
        peer.done(f"h{number}")
    for number in range(30):
        while (event := peer.next(f"h{number}"))[0] != "response":
            assert event[0] == "ready"
        body, _ = peer.until("close", f"h{number}")
        assert json.loads(body)["path"] == f"/{number}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, 'no "port" or "unix" option for channel'),
        ({"port": 1, "unix": "/x"}, 'cannot specify both "port" and "unix" options'),
        ({"unix": "/x", "tls": {}}, "TLS on Unix socket is not supported"),
    ],
    ids=["none", "both", "tls"],
)
def test_addresses_that_are_wrong(peer: Peer, options: dict[str, object], message: str) -> None:
    close = failure(peer, **options)
    assert (close["problem"], close["message"]) == ("protocol-error", message)


@pytest.mark.parametrize("options", [{}, {"port": 1, "unix": "/x"}], ids=["none", "both"])
def test_addresses_that_are_wrong_whatever_is_said(peer: Peer, options: dict[str, object]) -> None:
    assert failure(peer, **options)["problem"] == "protocol-error"


@pytest.mark.parametrize("missing", ["method", "path"])
def test_what_is_required(peer: Peer, missing: str) -> None:
    options = {"method": "GET", "path": "/", "port": 1}
    del options[missing]
    peer.open("h", "http-stream2", **options)
    peer.refused("h", "protocol-error")


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"X": 5}},
        {"headers": []},
        {"method": "GET / HTTP/1.1\r\nX: y\r\n"},
        {"path": "/ HTTP/1.1\r\nX: y\r\n"},
        {"headers": {"X": "a\r\nY: z"}},
        {"headers": {"X\r\nY": "z"}},
    ],
    ids=["number", "array", "method", "path", "value", "name"],
)
def test_nothing_slips_into_a_request(peer: Peer, unix: str, options: dict[str, object]) -> None:
    close = failure(peer, unix=unix, **options)
    assert close["problem"] == "protocol-error"


def test_nobody_listens(peer: Peer) -> None:
    close = failure(peer, port=2222, address="127.0.0.99")
    assert close["problem"] == "not-found"


def test_nobody_listens_with_a_message(peer: Peer) -> None:
    assert failure(peer, port=2222, address="127.0.0.99")["message"]


def test_there_is_no_socket(peer: Peer, folder: Path) -> None:
    assert failure(peer, unix=str(folder / "missing"))["problem"] == "not-found"


@pytest.mark.parametrize("path", ["/broken", "/hang-up"])
def test_a_server_that_hangs_up(peer: Peer, unix: str, path: str) -> None:
    assert failure(peer, unix=unix, path=path)["problem"] == "terminated"


def test_a_server_that_speaks_otherwise(peer: Peer, unix: str) -> None:
    assert "problem" in failure(peer, unix=unix, path="/not-http")


def test_a_silent_server_is_left_at_once(peer: Peer, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "silent"))
        server.listen()
        for number in range(10):
            peer.open(f"h{number}", "http-stream2", unix=str(folder / "silent"), method="GET", path="/")
            peer.done(f"h{number}")
        peer.barrier()
        for number in range(10):
            peer.close(f"h{number}")
        for number in range(10):
            peer.until("close", f"h{number}")


def test_a_certificate_that_nobody_trusts(peer: Peer, tls_port: int) -> None:
    close = failure(peer, port=tls_port, address=TLS_NAME, tls={})
    assert close["problem"] == "unknown-hostkey"


def test_a_certificate_that_is_not_looked_at(peer: Peer, tls_port: int) -> None:
    response, _ = fetch(peer, port=tls_port, address=TLS_NAME, tls={"validate": False})
    assert response["status"] == 200


@pytest.mark.parametrize("how", ["file", "data"])
def test_a_certificate_that_the_page_trusts(peer: Peer, tls_port: int, certificate: Path, how: str) -> None:
    authority = {"file": str(certificate)} if how == "file" else {"data": certificate.read_text()}
    response, _ = fetch(peer, port=tls_port, address=TLS_NAME, tls={"authority": authority})
    assert response["status"] == 200


@pytest.mark.parametrize("how", ["file", "data"])
def test_a_certificate_of_the_page(peer: Peer, choosy_port: int, certificate: Path, how: str) -> None:
    server = {"port": choosy_port, "address": TLS_NAME}
    files = {"certificate": certificate, "key": certificate.with_name("key.pem")}
    pem = {name: {"file": str(file)} if how == "file" else {"data": file.read_text()} for name, file in files.items()}
    assert failure(peer, **server, tls={"validate": False})["problem"]
    response, _ = fetch(peer, **server, tls={"validate": False, **pem})
    assert response["status"] == 200


def test_http_stream1_says_the_status_in_data(peer: Peer, unix: str) -> None:
    peer.open("h", "http-stream1", unix=unix, method="GET", path="/status")
    peer.done("h")
    if (event := peer.next("h"))[0] == "ready":
        event = peer.next("h")
    status = json.loads(event[0])
    assert (status["status"], status["reason"], status["headers"]["X-Own"]) == (418, "I'm a teapot", "value")
    body, close = peer.until("close", "h")
    assert body == b"short and stout"
    assert "problem" not in close


def test_http_stream1_and_nobody_listens(peer: Peer, folder: Path) -> None:
    peer.open("h", "http-stream1", unix=str(folder / "missing"), method="GET", path="/status")
    peer.done("h")
    while (event := peer.next("h"))[0] != "close":
        assert event[0] == "ready"
    assert event[1]["problem"] == "not-found"
