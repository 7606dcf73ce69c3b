import pytest

from manifests.page_markup import Finding, look_at

GOOD = """<!DOCTYPE html>
<html><head><script src="../base1/cockpit.js"></script><script src="po.js"></script>
<script type="module" src="/x"></script><img src="data:,"><link rel="x" href="https://example.org/x">
</head><body onward>text &amp; <b>more</b></body></html>"""


def test_a_good_page_needs_its_files_and_nothing_else() -> None:
    assert look_at(GOOD.replace(" onward", ""), inline=False) == []
    (finding,) = look_at('\n<script src="./a.js?x#y"></script>', inline=False)
    assert finding == Finding(2, "there is no file './a.js' in the folder", "a.js")


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<style>b {}</style>",
        '<p style="x">',
        '<p onclick="x()">',
    ],
)
def test_what_the_policy_forbids_is_named_with_its_line(markup: str) -> None:
    (finding,) = look_at(f"<html>\n\n{markup}", inline=False)
    assert finding.line == 3
    assert not finding.file
    assert look_at(markup, inline=True) == []


@pytest.mark.parametrize("markup", ["", "<", "<script>", "<script", "<!", "<p " * 100_000, "\0<a b=>"])
def test_markup_of_any_kind_is_borne(markup: str) -> None:
    look_at(markup, inline=False)
