import pytest

from ws_gateway.links import login_link, tunnel_command


def test_links() -> None:
    assert login_link("127.0.0.1", 9090, "abc") == "http://127.0.0.1:9090/#token=abc"
    assert login_link("::1", 1, "abc") == "http://[::1]:1/#token=abc"


@pytest.mark.parametrize(
    ("connection", "command"),
    [
        ("192.0.2.1 5000 192.0.2.2 22", "ssh -N -L 9090:127.0.0.1:9090 ann@192.0.2.2"),
        ("192.0.2.1 5000 192.0.2.2 2222", "ssh -N -L 9090:127.0.0.1:9090 -p 2222 ann@192.0.2.2"),
        ("", None),
        ("nonsense", None),
    ],
)
def test_tunnels(connection: str, command: str | None) -> None:
    assert tunnel_command("127.0.0.1", 9090, {"SSH_CONNECTION": connection}, "ann") == command


def test_without_ssh_there_is_no_tunnel() -> None:
    assert tunnel_command("127.0.0.1", 9090, {}, "ann") is None
