"""The lines that tell a person how to get to the console."""

from collections.abc import Mapping


def login_link(address: str, port: int, token: str) -> str:
    """The link that logs in once. The token is in the fragment, which a browser sends to nobody."""
    return f"http://{_literal(address)}:{port}/#token={token}"


def tunnel_command(address: str, port: int, environ: Mapping[str, str], user: str) -> str | None:
    """The command for a person who came by ssh, to be typed where they came from; None for others (ssh(1))."""
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) != 4:
        return None
    _, _, server, server_port = parts
    ssh_port = "" if server_port == "22" else f" -p {server_port}"
    return f"ssh -N -L {port}:{_literal(address)}:{port}{ssh_port} {user}@{server}"


def _literal(address: str) -> str:
    return f"[{address}]" if ":" in address else address
