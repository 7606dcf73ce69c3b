import asyncio
from typing import Any


async def test_a_token_works_once(start: Any) -> None:
    browser = await start()
    token = browser.gateway.tokens.issue()
    both = await asyncio.gather(
        *(browser.fetch("/cockpit/login", Authorization=f"Bearer {token}") for _ in range(2)),
    )
    assert sorted(response.code for response in both) == [200, 401]
    assert (await browser.fetch("/cockpit/login", Authorization=f"Bearer {token}")).code == 401


async def test_a_token_is_good_again_where_no_session_came_of_it(start: Any) -> None:
    browser = await start(bridge=("/nonexistent/bridge",))
    token = browser.gateway.tokens.issue()
    for _ in range(2):
        response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {token}")
        assert (response.code, response.reason) == (500, "Authentication failed: no-cockpit")


async def test_it_is_the_only_way_in_of_a_single_user(start: Any) -> None:
    assert set((await start()).gateway.auth_backends) == {"bearer"}
