"""What a reverse proxy says of the connection that it stands in for, where the settings have it believed (4.2)."""

from tornado.httputil import HTTPHeaders

from ws_gateway.config import Config
from ws_gateway.http.source import plain_address

DEFAULTS = Config()


def scheme_of(headers: HTTPHeaders, config: Config, own: str) -> str:
    """The scheme of the address in the person's browser; `own` is that of our port."""
    if own == "https" or not config.protocol_header:
        return own
    said = headers.get_list(config.protocol_header)
    return "https" if len(said) == 1 and said[0].strip().lower() == "https" else own


def source_of(headers: HTTPHeaders, config: Config, peer: str) -> str:
    """The person's address: `peer`, or the last word of the header, which is what the nearest proxy added."""
    if not config.forwarded_for_header:
        return peer
    words = ",".join(headers.get_list(config.forwarded_for_header)).replace(",", " ").split()
    return (plain_address(words[-1].strip("[]")) or peer) if words else peer


def advice(origin: str, host: str, scheme: str, config: Config) -> str:
    """What an administrator can do about a page that was refused for its origin."""
    if config.origins:
        return "Origins in pilothouse.conf does not name it"
    if origin.lower() == f"{'http' if scheme == 'https' else 'https'}://{host}".lower():
        return "is there a proxy that does the TLS? Then set ProtocolHeader in pilothouse.conf"
    return "if that is a proxy's address, have the proxy keep the Host header, or set Origins in pilothouse.conf"
