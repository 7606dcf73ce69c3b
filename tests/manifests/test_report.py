import json
from pathlib import Path

from manifests.report import report
from manifests.search import BUILT_IN, discover


def test_it_says_whence_each_comes_who_shadows_whom_and_why_one_is_hidden(tmp_path: Path) -> None:
    for place, folder, manifest in (
        ("home/pilothouse/plugins", "mine", {"version": "2"}),
        ("share/pilothouse/plugins", "mine", {"version": "1"}),
        ("share/cockpit", "shell", {}),
        ("share/cockpit", "elsewhere", {"conditions": [{"path-exists": "/nowhere"}]}),
        ("share/cockpit", "broken", {"priority": "x"}),
    ):
        path = tmp_path / place / folder
        path.mkdir(parents=True)
        (path / "manifest.json").write_text(json.dumps(manifest))
    environ = {"XDG_DATA_HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "share")}
    told = report(discover(environ), ("more",))
    plugins = {plugin["name"]: plugin for plugin in told["plugins"]}
    system = {
        "name": "mine",
        "version": "1",
        "folder": str(tmp_path / "share/pilothouse/plugins/mine"),
        "origin": "system",
        "priority": 1,
    }
    assert plugins["mine"] == {
        "name": "mine",
        "version": "2",
        "folder": str(tmp_path / "home/pilothouse/plugins/mine"),
        "origin": "user",
        "priority": 1,
        "payloads": [],
        "shadows": [system],
    }
    assert (plugins["machines"]["origin"], plugins["machines"]["payloads"]) == (
        "built-in",
        ["libvirt1", "libvirt-volume1"],
    )
    assert plugins["shell"]["folder"] == f"{BUILT_IN}/shell"
    assert [other["folder"] for other in plugins["shell"]["shadows"]] == [str(tmp_path / "share/cockpit/shell")]
    refused = {Path(each["folder"]).name: (each["fault"], each["reason"]) for each in told["refused"]}
    assert refused["elsewhere"] == (False, "is not for this machine: path-exists /nowhere")
    assert refused["broken"][0]
    assert "priority: must be a number" in refused["broken"][1]
    assert told["warnings"] == ["more"]
