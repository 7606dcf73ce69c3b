"""The instruments of these tests find what they look for: otherwise their silence would mean nothing."""

from pathlib import Path

from playwright.async_api import Page
from testbed.browser import Complaints, accessibility_violations, horizontal_overflow

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


async def test_an_error_in_the_console_and_an_exception_are_complaints(page: Page, complaints: Complaints) -> None:
    complaints.expect("said by the test")
    complaints.expect("thrown by the test")
    await page.set_content("<title>Noise</title>")
    async with page.context.expect_event("weberror"):
        await page.evaluate(
            "console.error('said by the test'); console.info('no complaint');"
            "setTimeout(() => { throw new Error('thrown by the test'); })"
        )
    assert complaints.unexpected() == []
    assert len(complaints.all()) == 2


async def test_axe_sees_a_button_without_a_name(page: Page) -> None:
    await page.set_content("<html lang='en'><title>Nameless</title><main><h1>Nameless</h1><button></button></main>")
    (violation,) = await accessibility_violations(page, AXE.read_text())
    assert "button-name" in violation


async def test_what_is_too_wide_is_measured(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.set_content("<!DOCTYPE html><title>Wide</title><body style='margin:0'><div style='width:400px'>x</div>")
    assert await horizontal_overflow(page) == {"shell": 10}
