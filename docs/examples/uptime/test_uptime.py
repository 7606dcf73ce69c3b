from playwright.async_api import FrameLocator, expect


async def test_the_page_shows_the_uptime(frame: FrameLocator) -> None:
    await expect(frame.locator("#output")).to_contain_text("load average")
