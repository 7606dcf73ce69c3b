"""Tags."""

from pathlib import Path

from bridge.files.tags import tag_of


def test_a_tag_changes_with_content_mode_and_identity(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    tags = [tag_of(file.stat())]
    assert tag_of(file.stat()) == tags[0]
    file.chmod(0o600)
    tags.append(tag_of(file.stat()))
    file.write_text("b")
    tags.append(tag_of(file.stat()))
    (tmp_path / "other").write_text("b")
    (tmp_path / "other").rename(file)
    tags.append(tag_of(file.stat()))
    assert len(set(tags)) == len(tags)
    assert all(tag.startswith("1:") for tag in tags)
