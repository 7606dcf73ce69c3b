"""`pilothouse plugin install`, with a real pip in a virtual environment of its own."""

import subprocess
import sys
import venv
from pathlib import Path

import pip
import pytest

from ws_gateway.__main__ import main

ROOT = Path(__file__).resolve().parents[3]


def wheel_source(folder: Path, entry_points: str) -> Path:
    """A distribution that pip builds without fetching anything: its build back end is its own."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "build_it"\nbackend-path = ["."]\n'
        '[project]\nname = "example-plugin"\nversion = "1.5"\n'
    )
    (folder / "build_it.py").write_text(
        "import zipfile\n"
        "def build_wheel(folder, config=None, metadata=None):\n"
        "    name = 'example_plugin-1.5-py3-none-any.whl'\n"
        "    info = 'example_plugin-1.5.dist-info/'\n"
        "    with zipfile.ZipFile(folder + '/' + name, 'w') as wheel:\n"
        "        wheel.writestr('example_plugin.py', '')\n"
        "        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: example-plugin\\nVersion: 1.5\\n')\n"
        "        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
        f"        wheel.writestr(info + 'entry_points.txt', {entry_points!r})\n"
        "        wheel.writestr(info + 'RECORD', '')\n"
        "    return name\n"
    )
    return folder


@pytest.fixture(autouse=True)
def pip_may_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip's own libraries warn of is none of ours."""
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has our program, by a path file, and pip."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    packages = next((folder / "lib").glob("python*/site-packages"))
    (packages / "pip").symlink_to(Path(pip.__file__).parent)
    (packages / "pilothouse.pth").write_text(f"{ROOT}\n")
    return folder / "bin/python"


def install(python: Path, what: object) -> "subprocess.CompletedProcess[str]":
    argv = [python, "-m", "ws_gateway", "plugin", "install", str(what)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=100, check=False, cwd="/")


def test_a_distribution_goes_into_the_programs_own_environment(python: Path, tmp_path: Path) -> None:
    plain = wheel_source(tmp_path / "plain", "[console_scripts]\nx = example_plugin:x\n")
    done = install(python, plain)
    assert done.returncode == 1, done.stdout
    assert "it is no plugin: it has no entry point of pilothouse.bridge or pilothouse.gateway" in done.stderr
    subprocess.run([python, "-m", "pip", "uninstall", "-qy", "example-plugin"], check=True, timeout=60)
    plugin = wheel_source(tmp_path / "plugin", "[pilothouse.bridge]\nx = example_plugin\n")
    done = install(python, plugin)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("example-plugin 1.5 is installed.")
    found = subprocess.run([python, "-c", "import example_plugin"], check=False, cwd="/", timeout=30)
    assert found.returncode == 0


@pytest.mark.parametrize("what", ["--index-url=http://127.0.0.1:1/", "-rx", ""])
def test_an_option_is_no_name(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "install", "--", what]) == 1
    assert "is neither a path nor a name" in capsys.readouterr().err


def test_a_folder_needs_no_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "install", str(tmp_path)]) == 1
    assert "there is no pyproject.toml" in capsys.readouterr().err
    (tmp_path / "manifest.json").write_text("{}")
    assert main(["plugin", "install", str(tmp_path)]) == 1
    assert f"ln -s {tmp_path} ~/.local/share/pilothouse/plugins/{tmp_path.name}" in capsys.readouterr().err


def test_outside_of_a_virtual_environment_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert main(["plugin", "install", "anything"]) == 1
    assert "virtual environment of its own" in capsys.readouterr().err
