"""Firefox without a driver: it speaks WebDriver BiDi itself (https://w3c.github.io/webdriver-bidi/)."""

import asyncio
import contextlib
import json
import re
import shutil
from itertools import count
from pathlib import Path
from typing import Any, Self

from tornado.websocket import WebSocketClientConnection, websocket_connect

STARTS_WITHIN = 90.0
ANSWERS_WITHIN = 60.0
_LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


def find_firefox() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


class FirefoxError(Exception):
    """Firefox refused a command; a page that goes away refuses what was asked of it."""


class Firefox:
    """One running browser with a profile of its own and one tab; `async with Firefox(directory) as page`."""

    def __init__(self, directory: Path) -> None:
        self._profile = directory / "firefox"
        self._profile.mkdir()
        (self._profile / "user.js").write_text('user_pref("app.update.auto", false);\n')
        self._ids = count(1)
        self.complaints: list[str] = []
        """What the pages said to their console as errors or warnings, and what they threw."""

    async def __aenter__(self) -> Self:
        program = find_firefox()
        assert program is not None
        self._process = await asyncio.create_subprocess_exec(
            program,
            *("--headless", "--no-remote", "--profile", str(self._profile), "--remote-debugging-port", "0"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={"HOME": str(self._profile), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1", "LANG": "C.UTF-8"},
        )
        async with asyncio.timeout(STARTS_WITHIN):
            address = await self._address()
            self._connection: WebSocketClientConnection = await websocket_connect(f"{address}/session")
            await self._ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
            await self._ask("session.subscribe", events=["log.entryAdded"])
            tree = await self._ask("browsingContext.getTree")
        self._tab = tree["contexts"][0]["context"]
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._connection.close()
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.communicate(), 15)
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()

    async def goto(self, url: str) -> None:
        await self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def evaluate(self, expression: str, frame: str = "") -> Any:
        """A JavaScript value that JSON can say; in the frame whose address has `frame` in it, where that is given."""
        return await self.run(f"(async () => JSON.stringify(await ({expression})))()", frame)

    async def run(self, script: str, frame: str = "") -> Any:
        """What a script ends with, as JSON; see `evaluate`."""
        target = {"context": await self._context(frame)}
        answer = await self._ask("script.evaluate", expression=script, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null")) if answer["result"]["type"] == "string" else None

    async def until(self, expression: str, frame: str = "") -> None:
        """Waits until it is true, in whatever page there is by then."""
        async with asyncio.timeout(ANSWERS_WITHIN):
            while True:
                with contextlib.suppress(FirefoxError):
                    if await self.evaluate(expression, frame):
                        return
                await asyncio.sleep(0.1)

    async def type(self, text: str) -> None:
        """Presses keys; `\\n` is Enter, `\\t` is Tab."""
        keys = [{"\n": "\ue007", "\t": "\ue004"}.get(character, character) for character in text]
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self._ask("input.performActions", context=self._tab, actions=[source])

    async def resize(self, width: int, height: int) -> None:
        """Gives the page a window of that size."""
        await self._ask("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})

    async def _context(self, frame: str) -> str:
        if not frame:
            return self._tab
        tree = await self._ask("browsingContext.getTree", root=self._tab)
        found = [each["context"] for each in tree["contexts"][0]["children"] if frame in each["url"]]
        if not found:
            raise FirefoxError(f"no frame has {frame} in its address")
        return found[0]

    async def _address(self) -> str:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            if found := _LISTENS.search(line):
                return found[1].decode()
        raise RuntimeError("Firefox ended at its start")

    async def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._ids)
        await self._connection.write_message(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(ANSWERS_WITHIN):
            while (message := await self._connection.read_message()) is not None:
                answer = json.loads(message)
                if answer.get("method") == "log.entryAdded" and answer["params"]["level"] in ("error", "warn"):
                    self.complaints.append(f"{answer['params']['level']}: {answer['params']['text']}")
                if answer.get("id") == number:
                    if answer["type"] != "success":
                        raise FirefoxError(f"{method}: {answer['error']}: {answer['message']}")
                    return answer["result"]
        raise RuntimeError("Firefox hung up")
