"""`pilothouse serve`: the console, until it is told to stop."""

import argparse
import asyncio
import errno
import getpass
import ipaddress
import os
import shlex
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from manifests.search import RELOAD
from ws_gateway.allocator import keep_freed_memory
from ws_gateway.links import tunnel_command
from ws_gateway.listening.descriptors import raise_limit
from ws_gateway.listening.listener import Listener
from ws_gateway.listening.port_owner import port_owner
from ws_gateway.logs.log import printable, set_up
from ws_gateway.settings import LOGIN_FILES, OUR_BRIDGE, Settings
from ws_gateway.system import serve_system
from ws_gateway.terminal import complain, say

if TYPE_CHECKING:
    from ws_gateway.app import Gateway

BACKLOG = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    parser.add_argument("--address", help="the address to listen on (127.0.0.1; in system mode all there are)")
    parser.add_argument("--port", type=_port, default=9090, help="the port to listen on; 0: a free one (%(default)s)")
    parser.add_argument(
        "--no-tls", action="store_true", help="plain HTTP, on loopback only; single-user mode has nothing else"
    )
    parser.add_argument("--demo", action="store_true", help="show virtual machines that do not exist")
    parser.add_argument("--reload", action="store_true", help="show edited plugins at once, for their authors")
    parser.add_argument("--bridge", metavar="COMMAND", type=_command, help="start this in place of our own bridge")
    parser.add_argument("--static", metavar="DIR", type=Path, help="the login page's files, in place of our own")
    serve_system.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Serves; the exit status. Whatever is wrong with the options is one line on stderr."""
    try:
        if options.system:
            return _run_system(options)
        settings = _settings(options)
        listener = listen(settings)
    except ValueError as exc:
        return complain(str(exc))
    set_up()
    raise_limit()
    keep_freed_memory()
    return asyncio.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> int:
    from pluggy import PluginValidationError

    from ws_gateway.app import Gateway
    from ws_gateway.http.static_files import StaticError

    try:
        gateway = Gateway(settings)
    except (StaticError, PluginValidationError) as exc:
        listener.close()
        return complain(str(exc))
    signals: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # Who started it with nohup wants it to stay when the terminal goes.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, signals.put_nowait, None)
    await gateway.start([listener])
    _greet(gateway.link()["link"], settings.address, gateway.port)
    await signals.get()
    gateway.tasks.start(_hurry(signals, gateway), "second signal")
    await gateway.stop()
    return 0


async def _hurry(signals: asyncio.Queue[None], gateway: "Gateway") -> None:
    await signals.get()
    gateway.sessions.kill()


def _greet(link: str, address: str, port: int) -> None:
    """The one link, and what a person should know besides."""
    say(f"Pilothouse is at {link}")
    if os.getuid() == 0:
        say("It runs as root: whoever opens the link is root on this machine.")
    tunnel = tunnel_command(address, port, os.environ, getpass.getuser())
    if tunnel is not None:
        say(f"From the machine you came from, first run: {tunnel}")


def _run_system(options: argparse.Namespace) -> int:
    tls = not options.no_tls
    for name in ("demo", "reload"):
        if getattr(options, name):
            raise ValueError(f"--{name} is for a single user: leave --system out")
    if not tls:
        return serve_system.run(options, _loopback(options.address or "127.0.0.1", options.port), tls)
    return serve_system.run(options, _literal(options.address) if options.address else _everywhere(), tls)


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        address=_loopback(options.address or "127.0.0.1", options.port),
        port=options.port,
        bridge=options.bridge or OUR_BRIDGE,
        environ={
            **({"PILOTHOUSE_DEMO": "1"} if options.demo else {}),
            **({RELOAD: "1"} if options.reload else {}),
        },
        static=options.static or LOGIN_FILES,
    )


def _literal(text: str) -> str:
    """The literal of an address; ValueError for what is none."""
    name = "127.0.0.1" if text == "localhost" else text.strip("[]")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        raise ValueError(f"--address takes an IP address, and {text!r} is none") from None


def _loopback(text: str, port: int) -> str:
    """The literal of a loopback address; ValueError for all others."""
    address = _literal(text)
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(
            f"cannot listen on {address}: an address that others can reach needs TLS, which there is in system mode "
            f"(serve --system, as root). Or leave --address out, and reach the console with: "
            f"ssh -N -L {port}:127.0.0.1:{port} HOST"
        )
    return address


def _everywhere() -> str:
    return "::" if Path("/proc/net/if_inet6").exists() else "0.0.0.0"  # noqa: S104 - with TLS


def listen(settings: Settings) -> Listener:
    """The listening socket; ValueError, a sentence, if it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    listener = Listener(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        if settings.address == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((settings.address, settings.port))
        listener.listen(BACKLOG)
    except OSError as exc:
        listener.close()
        if exc.errno == errno.EADDRINUSE:
            raise ValueError(_taken(settings.port)) from None
        raise ValueError(f"cannot listen on {settings.address} port {settings.port}: {exc.strerror}") from None
    return listener


def _taken(port: int) -> str:
    owner = port_owner(port)
    who = f"{printable(owner[0])} (pid {owner[1]})" if owner is not None else "a program of another user"
    other = port + 1 if port < 65535 else port - 1
    return f"port {port} is in use by {who}. Use another one: make run PORT={other}, or pilothouse serve --port {other}"


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
    return int(text)


def _command(text: str) -> tuple[str, ...]:
    try:
        argv = tuple(shlex.split(text))
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from None
    if not argv:
        raise argparse.ArgumentTypeError("must name a program")
    return argv
