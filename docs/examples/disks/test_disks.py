from playwright.async_api import FrameLocator, expect


async def test_the_page_shows_the_root_file_system(frame: FrameLocator) -> None:
    await expect(frame.get_by_role("meter", name="/", exact=True)).to_be_visible()
