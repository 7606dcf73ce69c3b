"""How the tests find their way on the pages: by what a person sees, hears or types."""

from playwright.async_api import Frame, FrameLocator, Locator, Page, expect


def frame(page: Page, package: str) -> FrameLocator:
    """The frame of a package's page in the shell."""
    return page.frame_locator(f'iframe[name^="cockpit1:localhost/{package}"]')


def document(page: Page, package: str) -> Frame:
    """The same as what scripts are evaluated in; it must be there."""
    (found,) = [each for each in page.frames if f"/{package}" in each.name]
    return found


def row(page: Page, uuid: str) -> Locator:
    """The row of one machine."""
    return frame(page, "machines").locator(f'tr[data-key="{uuid}"]')


def rows(page: Page) -> Locator:
    """The rows of all machines that are shown."""
    return frame(page, "machines").locator("tr[data-key]")


def state(page: Page, uuid: str) -> Locator:
    """The cell that says what the machine does."""
    return row(page, uuid).locator('[data-label="State"]')


async def open_machines(page: Page, link: str) -> None:
    """Logs in through `link` and waits until the machines page has loaded its list (be it empty)."""
    await page.goto(link)
    await expect(frame(page, "machines").get_by_role("heading", name="Virtual machines").first).to_be_visible()


async def navigate(page: Page, label: str) -> None:
    """Follows an entry of the navigation."""
    await page.get_by_role("navigation").get_by_role("link", name=label).click()


async def choose_action(page: Page, uuid: str, name: str, action: str) -> None:
    """Picks an action from the menu of a machine's row."""
    await row(page, uuid).get_by_role("button", name=f"Actions for {name}").click()
    await frame(page, "machines").get_by_role("menuitem", name=action).click()
