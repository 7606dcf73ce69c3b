"""What the fixtures for authors do in the browser: tests/e2e uses all of it."""

from bridge.testing.browser import FLAGS, find_chromium, frame_selector


def test_a_frame_is_found_by_the_plugins_name() -> None:
    assert frame_selector("uptime") == 'iframe[name^="cockpit1:localhost/uptime"]'


def test_the_distributions_browser_is_taken() -> None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    assert (find_chromium() or names[0]).rpartition("/")[2] in names
    assert "--headless" in FLAGS
