"""What the login page's scripts are told (reference 4.3): ours, and Cockpit's where that is served in place of it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.protocol import JsonObject
from manifests.bounded_file import read_bounded
from ws_gateway.config import Config
from ws_gateway.host_name import host_name
from ws_gateway.pages.branding import os_release

if TYPE_CHECKING:
    from ws_gateway.http.handler import Handler

BANNER_MAX = 8 * 1024
"""Bytes of the text above the form."""
_RELEASE = ("NAME", "ID", "PRETTY_NAME", "VARIANT", "VARIANT_ID", "CPE_NAME")

_log = logging.getLogger(__name__)


def environment_for(handler: "Handler") -> JsonObject:
    """For the page that `handler` answers with."""
    system = handler.gateway.settings.system
    config = handler.gateway.config
    host = host_name()
    environment: JsonObject = {
        "is_cockpit_client": False,
        "hostname": host,
        "page": {
            "title": config.login_title or host,
            "connect": config.login_to,
            "require_host": config.require_host,
            "allow_multihost": config.allow_multi_host,
        },
        "logged_into": [],
        "os-release": {key: value for key, value in os_release().items() if key in _RELEASE},
    }
    if config.banner is not None and (banner := read_banner(config.banner)):
        environment["banner"] = banner
    if config.oauth.url:
        oauth = config.oauth
        environment["OAuth"] = {"URL": oauth.url, "TokenParam": oauth.token_param, "ErrorParam": oauth.error_param}
    if system is not None and system.authority:
        environment["CACertUrl"] = f"{config.url_root}/ca.cer"
    if has_certificate(handler, config):
        environment["certificate"] = True
    if handler.gateway.takes_tickets(handler.address):
        environment["negotiate"] = True
    return environment


def has_certificate(handler: "Handler", config: Config) -> bool:
    """Whether the browser showed a certificate of one of the authorities that are believed."""
    return config.client_certificates and bool(handler.request.get_ssl_certificate(binary_form=True))


def read_banner(file: Path) -> str:
    """The text that an administrator shows to who is about to log in; it need not be there."""
    try:
        return read_bounded(file, BANNER_MAX).decode("utf-8", "replace").strip()
    except OSError as exc:
        _log.warning("the banner %s cannot be read: %s", file, exc.strerror)
        return ""
