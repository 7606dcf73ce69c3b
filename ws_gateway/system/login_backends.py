"""System mode's ways to log in, by the scheme that a browser names."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ws_gateway.auth.attempt import OTHERS, Attempt, AuthBackend, Challenge
from ws_gateway.config import NEGOTIATE
from ws_gateway.hookspecs import hookimpl
from ws_gateway.relay.session import Session
from ws_gateway.settings import SystemSettings
from ws_gateway.system.logins import Logins

if TYPE_CHECKING:
    from ws_gateway.app import Gateway


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the logins under way, as a back end."""

    login: Callable[[Attempt], Coroutine[Any, Any, tuple[Session, str] | Challenge]]


@hookimpl
def auth_backends(gateway: "Gateway") -> Mapping[str, AuthBackend]:
    """`X-Conversation`, and every scheme that nobody else offers, in system mode."""
    if gateway.settings.system is None:
        return {}

    def settings() -> SystemSettings:
        assert gateway.settings.system is not None
        return gateway.settings.system

    logins = Logins(settings, gateway.sessions)
    return {
        OTHERS: Step(logins.start),
        NEGOTIATE: Step(logins.negotiate),
        "x-conversation": Step(logins.go_on),
    }
