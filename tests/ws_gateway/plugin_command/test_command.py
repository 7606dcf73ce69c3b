import pytest

from ws_gateway.__main__ import main
from ws_gateway.plugin_command.command import SUBCOMMANDS


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_every_subcommand_explains_itself(subcommand: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["plugin", subcommand, "--help"])
    assert caught.value.code == 0
    assert f"usage: pilothouse plugin {subcommand}" in capsys.readouterr().out


def test_one_must_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["plugin"])
    assert "check" in capsys.readouterr().err
