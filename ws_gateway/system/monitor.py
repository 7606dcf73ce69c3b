"""System mode's parent, which stays root: it starts the gateway as its own user, and session helpers for it.

It reads what only root may read, hands it over by descriptor, and understands nothing of what comes from the network.
When it ends the gateway ends, and when the gateway ends it ends: a service manager starts both anew.
"""

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.protocol import Problem
from ws_gateway.config import ConfigError
from ws_gateway.listening.certificates import CertificateError, ensure_certificate, memory_file
from ws_gateway.logs.log import ThrottledLog
from ws_gateway.settings import Settings, SystemSettings
from ws_gateway.system import monitor_link
from ws_gateway.system.activation import notify
from ws_gateway.system.helper_socket import is_gateway
from ws_gateway.system.reading import read_system
from ws_gateway.system.supervision import ignore_signals, watch_signals

CHILD_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
"""All that the gateway and the helpers get: nothing of what the monitor was started with."""
GATEWAY = (sys.executable, "-I", "-m", "ws_gateway.system.system_gateway")
HELPER = (sys.executable, "-I", "-m", "ws_gateway.system.session_helper")
HELPERS_MAX = 320
"""Session helpers at a time: the sessions there can be, and the logins under way."""
GATEWAY_ENDS_WITHIN = 7.0
"""Seconds that the gateway has after SIGTERM, before it is killed."""
HELPERS_END_WITHIN = 5.0
"""Seconds that helpers have when the gateway is gone, before they get SIGTERM; and again before SIGKILL."""

_log = logging.getLogger(__name__)
_refusals = ThrottledLog(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a monitor is to do."""

    settings: Settings
    system: SystemSettings
    config_folder: Path
    uid: int
    gid: int
    helper_arguments: Sequence[str] = ()


class Monitor:
    """Runs until it is told to stop, or the gateway ends. Owns the sockets that it is given."""

    def __init__(
        self,
        plan: Plan,
        listeners: Sequence[socket.socket],
        helper_socket: socket.socket,
        when_ready: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._system = plan.system
        self._listeners = listeners
        self._helper_socket = helper_socket
        self._when_ready = when_ready
        self._helpers: dict[int, subprocess.Popen[bytes]] = {}
        self._gateway: subprocess.Popen[bytes] | None = None
        self._deadlines: list[tuple[float, Callable[[], None]]] = []
        self._stopping = False

    def run(self, certificate: bytes | None) -> int:
        """The exit status: 0 when it was told to stop."""
        signals = watch_signals()
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        self._link, theirs = monitor_link.make_link()
        with self._link, selectors.DefaultSelector() as selector:
            try:
                self._start_gateway(theirs, certificate)
            except OSError as exc:
                _log.error(
                    "the web server cannot be started as uid %d: %s: %s", self._plan.uid, GATEWAY[0], exc.strerror
                )
            selector.register(signals, selectors.EVENT_READ, lambda: self._signalled(signals))
            selector.register(self._link, selectors.EVENT_READ, lambda: self._gateway_spoke(selector))
            selector.register(self._helper_socket, selectors.EVENT_READ, self._accept)
            while self._gateway is not None or self._helpers:
                for key, _ in selector.select(self._patience()):
                    key.data()
                self._reap()
                self._do_what_is_due()
            selector.unregister(self._helper_socket)
        self._close()
        ignore_signals()
        return 0 if self._stopping else 1

    def _start_gateway(self, theirs: socket.socket, certificate: bytes | None) -> None:
        with theirs:
            self._gateway = subprocess.Popen(
                GATEWAY,
                stdin=theirs.fileno(),
                stdout=sys.stderr.fileno(),
                env=CHILD_ENVIRONMENT,
                cwd="/",
                user=self._plan.uid,
                group=self._plan.gid,
                extra_groups=(),
                umask=0o077,
                start_new_session=True,
            )
        descriptors = [listener.fileno() for listener in self._listeners]
        start = {"start": monitor_link.describe(self._plan.settings, self._plan.system)}
        if certificate is None:
            monitor_link.send(self._link, start, descriptors)
            return
        with memory_file(certificate) as memory:
            monitor_link.send(self._link, start, [*descriptors, memory])

    def _gateway_spoke(self, selector: selectors.BaseSelector) -> None:
        try:
            message = monitor_link.receive(self._link)
        except (OSError, Problem):
            message = None
        if message is None:
            # Its exit, which follows, is what counts.
            selector.unregister(self._link)
        elif message[0].get("ready") is True:
            self._when_ready()

    def _signalled(self, signals: int) -> None:
        for number in os.read(signals, 64):
            if number == signal.SIGHUP:
                self._reload()
            elif number in (signal.SIGTERM, signal.SIGINT):
                self._stop()

    def _stop(self) -> None:
        """The first time politely, the second at once."""
        if self._gateway is not None:
            if self._stopping:
                self._gateway.kill()
            else:
                self._gateway.terminate()
                self._deadlines.append((time.monotonic() + GATEWAY_ENDS_WITHIN, self._kill_gateway))
        self._stopping = True
        notify(os.environ, "STOPPING=1")

    def _reload(self) -> None:
        """Settings or a certificate that cannot be used change nothing."""
        try:
            system = read_system(self._plan.config_folder, self._plan.system)
            certificate = ensure_certificate(self._plan.config_folder) if system.tls else b""
            self._system = system
            with memory_file(certificate) as memory:
                described = monitor_link.describe(self._plan.settings, system)
                monitor_link.send(self._link, {"reload": described}, [memory] if system.tls else [])
        except (ConfigError, CertificateError) as error:
            _log.error("settings and certificate stay as they were: %s", error)
        except OSError:
            _log.error("settings and certificate stay as they were: the gateway does not listen")
        else:
            _log.info("settings and certificate were read anew")

    def _accept(self) -> None:
        """One connection of the gateway, one helper."""
        try:
            connection, _ = self._helper_socket.accept()
        except OSError:
            return
        with connection:
            if not is_gateway(connection, self._plan.uid):
                _refusals.warning("refused a connection to the session socket that is not the gateway's")
            elif len(self._helpers) >= HELPERS_MAX or self._gateway is None:
                _refusals.warning("refused a login: there are too many")
            else:
                self._start_helper(connection)

    def _start_helper(self, connection: socket.socket) -> None:
        keytab = self._system.keytab
        try:
            helper = subprocess.Popen(
                [*HELPER, *(("--keytab", str(keytab)) if keytab else ()), *self._plan.helper_arguments],
                stdin=connection.fileno(),
                stdout=connection.fileno(),
                env=CHILD_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as exc:
            _log.error("no session helper can be started: %s", exc.strerror)
            return
        self._helpers[helper.pid] = helper

    def _reap(self) -> None:
        for pid, helper in tuple(self._helpers.items()):
            if helper.poll() is not None:
                del self._helpers[pid]
        if self._gateway is not None and self._gateway.poll() is not None:
            self._gateway_ended(self._gateway.returncode)

    def _gateway_ended(self, status: int) -> None:
        self._gateway = None
        if not self._stopping:
            _log.error("the gateway ended by itself (status %d)", status)
        now = time.monotonic()
        self._deadlines = [
            (now + HELPERS_END_WITHIN, lambda: self._signal_helpers(signal.SIGTERM)),
            (now + 2 * HELPERS_END_WITHIN, lambda: self._signal_helpers(signal.SIGKILL)),
        ]

    def _kill_gateway(self) -> None:
        if self._gateway is not None:
            self._gateway.kill()

    def _signal_helpers(self, number: signal.Signals) -> None:
        for helper in self._helpers.values():
            helper.send_signal(number)

    def _patience(self) -> float | None:
        return max(0.0, min(at for at, _ in self._deadlines) - time.monotonic()) if self._deadlines else None

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        due = [action for at, action in self._deadlines if at <= now]
        self._deadlines = [(at, action) for at, action in self._deadlines if at > now]
        for action in due:
            action()

    def _close(self) -> None:
        for listener in self._listeners:
            listener.close()
        path = self._helper_socket.getsockname()
        self._helper_socket.close()
        with suppress(OSError):
            Path(path).unlink()
