"""The published value."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.files.info import PIECE, PublishedInfo, Request
from bridge.protocol import JsonObject
from manifests import merge

ATTRS = frozenset({"type", "size", "mode", "target", "targets", "entries"})


def request(path: object, attrs: frozenset[str] = ATTRS, pattern: str = "*") -> Request:
    return Request(str(path), attrs, pattern)


def applied(value: object, patches: list[JsonObject]) -> JsonObject:
    for patch in patches:
        assert patch
        value = merge.apply(value, patch)
    assert isinstance(value, dict)
    return value


def fresh(path: Path) -> JsonObject:
    return applied(None, PublishedInfo(request(path)).reset())


def test_a_small_directory_is_one_patch(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o644)
    (patch,) = PublishedInfo(request(tmp_path, frozenset({"type", "entries"}))).reset()
    assert patch == {"info": {"type": "dir", "entries": {"file": {"type": "reg"}}}}


def test_a_large_one_comes_in_pieces(tmp_path: Path) -> None:
    for i in range(PIECE * 2 + 1):
        (tmp_path / str(i)).touch()
    published = PublishedInfo(request(tmp_path))
    patches = published.reset()
    assert [patch.get("partial", "-") for patch in patches] == [True, "-", None]
    assert len(applied(None, patches)["info"]["entries"]) == PIECE * 2 + 1
    (tmp_path / "7").write_text("x")
    assert published.update({"7"}) == [{"info": {"entries": {"7": {"size": 1}}}}]


def test_an_update_without_a_change_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    published = PublishedInfo(request(tmp_path))
    published.reset()
    assert published.update({"", "file", "missing"}) == []
    assert published.update(None) == []


def test_something_else_is_told_by_way_of_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    published = PublishedInfo(request(file, frozenset({"size"}), ""))
    missing = {"problem": "not-found", "message": "No such file or directory", "errno": "ENOENT"}
    assert published.reset() == [{"error": missing}]
    file.write_text("x")
    assert published.reset() == [{"error": None, "info": {"size": 1}}]
    assert published.reset() == [{"info": None, "partial": True}, {"info": {"size": 1}, "partial": None}]
    file.unlink()
    assert published.update({""}) == []
    assert published.reset() == [{"info": None, "error": missing}]


def test_a_pattern(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.md"):
        (tmp_path / name).touch()
    published = PublishedInfo(request(tmp_path, frozenset({"type"}), "[ac].*"))
    (patch,) = published.reset()
    assert sorted(patch["info"]["entries"]) == ["a.txt", "c.md"]
    (tmp_path / "d.txt").touch()
    assert published.update({"d.txt"}) == []


def test_targets_that_are_not_entries(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").write_text("xx")
    for i, target in enumerate(["../file", "inside", ".", "..", "nowhere/x"]):
        (tmp_path / f"dir/link{i}").symlink_to(target)
    (patch,) = PublishedInfo(request(tmp_path / "dir", frozenset({"type", "target", "targets", "entries"}))).reset()
    assert patch["info"]["targets"] == {"../file": {"type": "reg"}, "..": {"type": "dir"}}


NAMES = st.sampled_from(["a", "b", "c", "ü"])
OPERATIONS = st.lists(st.tuples(st.sampled_from(["write", "mkdir", "remove", "link", "chmod", "move"]), NAMES, NAMES))


def perform(directory: Path, operation: str, name: str, other: str) -> None:
    path = directory / name
    match operation:
        case "write" if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            path.write_text(other * 3)
        case "mkdir" if not path.is_symlink() and not path.exists():
            path.mkdir()
        case "remove" if path.is_dir() and not path.is_symlink():
            path.rmdir()
        case "remove":
            path.unlink(missing_ok=True)
        case "link" if not path.is_symlink() and not path.exists():
            path.symlink_to(f"../{directory.name}/{other}")
        case "chmod" if path.exists() and not path.is_symlink():
            path.chmod(0o700)
        case "move" if path.is_file() and not path.is_symlink() and not (directory / other).is_dir():
            path.rename(directory / other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(OPERATIONS)
def test_patches_lead_to_what_is_there(tmp_path_factory: object, operations: list[tuple[str, str, str]]) -> None:
    directory = tmp_path_factory.mktemp("dir")  # type: ignore[attr-defined]
    published = PublishedInfo(request(directory))
    value = applied(None, published.reset())
    for operation, name, other in operations:
        perform(directory, operation, name, other)
        value = applied(value, published.update({"", name, other}))
        assert value == fresh(directory)
