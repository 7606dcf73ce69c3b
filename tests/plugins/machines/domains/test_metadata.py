import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from plugins.machines.domains.metadata import (
    NAMESPACE,
    PREFIX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    TEXT_MAX,
    Labels,
    checked_line,
    checked_text,
)
from plugins.machines.state.libvirt_xml import parse

lines = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=TAG_LENGTH_MAX)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\n\t"), max_size=200)


def stored(xml: str) -> str:
    """A domain with the element as libvirt keeps it: each name with the prefix."""
    prefixed = xml.replace("</", f"</{PREFIX}:").replace("<machine", f'<{PREFIX}:machine xmlns:{PREFIX}="{NAMESPACE}"')
    for name in ("tag", "notes"):
        prefixed = prefixed.replace(f"<{name}>", f"<{PREFIX}:{name}>")
    return f"<domain><metadata>{prefixed}</metadata></domain>"


@given(st.lists(lines, max_size=5), texts)
def test_what_is_written_is_read(tags: list[str], notes: str) -> None:
    labels = Labels().with_tags(tags).with_notes(notes)
    assert labels.as_xml().isascii()
    assert "\n" not in labels.as_xml(), "virsh takes one line"
    assert Labels.of(parse(stored(labels.as_xml()))) == labels


def test_tags_are_sorted_and_each_is_once() -> None:
    assert Labels().with_tags(["web", " db ", "web"]).tags == ("db", "web")
    assert Labels().as_xml() == ""


@pytest.mark.parametrize("tags", [[""], ["x" * (TAG_LENGTH_MAX + 1)], ["a\nb"], [str(n) for n in range(TAGS_MAX + 1)]])
def test_what_is_no_tag_is_refused(tags: list[str]) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute 'tags'"):
        Labels().with_tags(tags)


def test_what_others_wrote_beyond_the_bounds_is_left_out() -> None:
    tags = "".join(f"<tag>{n}</tag>" for n in range(TAGS_MAX + 9)) + f"<tag>{'x' * 99}</tag><tag> </tag>"
    assert len(Labels.of(parse(stored(f"<machine>{tags}</machine>"))).tags) == TAGS_MAX
    assert Labels.of(parse("<domain><metadata><machine><tag>x</tag></machine></metadata></domain>")) == Labels()


def test_texts_are_checked() -> None:
    assert checked_text("a\r\nb\rc\td", "text") == "a\nb\nc\td"
    assert checked_line(" a b ", "text", 9) == "a b"
    for text in ("\0", "\x1b", "\ud800", "\ufffe", "x" * (TEXT_MAX + 1)):
        with pytest.raises(Problem, match="protocol-error: attribute 'text'"):
            checked_text(text, "text")
