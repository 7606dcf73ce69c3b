"""The audit log: one line for each login, its end, its change of rights, and each decision about a host's key.

    audit: login-ok user=anna rhost=192.0.2.1 method=basic session=3

Every value is one word, or quoted; what came from outside is cut and escaped: nobody can write a line of their own.
"""

import logging

from ws_gateway.logs.log import Throttle, printable

_log = logging.getLogger(__name__)

PER_PERIOD = 60
"""Lines of one kind in ten seconds; of more only how many they were."""
_throttles: dict[str, Throttle] = {}


def record(event: str, **values: object) -> None:
    """Writes the line, but for values that are None. `event` is one of a few words of ours."""
    throttle = _throttles.setdefault(event, Throttle(PER_PERIOD, 10.0))
    admitted, suppressed = throttle.admit()
    if suppressed:
        _log.warning("audit: %s: %d suppressed", event, suppressed)
    if admitted:
        words = [f"{name}={_word(value)}" for name, value in values.items() if value is not None]
        _log.info("audit: %s", " ".join([event, *words]))


def _word(value: object) -> str:
    text = str(value)
    shown = printable(text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{shown}"' if not shown or set(shown) & set(' ="\\') else shown
