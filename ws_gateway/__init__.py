"""The web server: logs a person in, starts their bridge, and relays between their pages and it."""


def __getattr__(name: str) -> object:
    """`from ws_gateway import hookimpl`, without importing pluggy for the command line's quick answers."""
    if name == "hookimpl":
        from ws_gateway.hookspecs import hookimpl

        return hookimpl
    raise AttributeError(name)
