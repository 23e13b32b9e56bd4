"""A headless Chromium for tests of pages: what they log, ask the network for, and show.

`CHROMIUM` names the program; without it, one on the search path will do. It is spoken to over a
pipe (the DevTools protocol), so that no port is opened and nothing else is needed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--mute-audio"),
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--disable-quic", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-domain-reliability", "--disable-dev-shm-usage"),
)
# A child has its ends of the pipe where Chromium looks for them: 3 to read, 4 to write.
LAUNCHER = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)"
LAUNCHER += "; os.set_inheritable(3, True); os.set_inheritable(4, True)"
LAUNCHER += "; os.execv(sys.argv[3], sys.argv[3:])"
PATIENCE = 60.0


class BrowserError(Exception):
    """There is no browser, or it does not do what it should."""


def program() -> str:
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found or not os.access(found, os.X_OK):
        raise BrowserError(
            f"there is no Chromium ({named or 'none of ' + ', '.join(NAMES)}):"
            " run `tox -e browser`, which brings one, or name yours in CHROMIUM"
        )
    return found


class Page:
    """An opened page. `messages` are of its console, `requests` are the addresses it asked for."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser = browser
        self.session = session
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.loaded = False

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **parameters)

    def evaluate(self, script: str) -> Any:
        """The value of an expression, or what the promise it is comes to."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"], indent=2))
        return answer["result"].get("value")

    def type(self, text: str) -> None:
        """Into whatever has the focus."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int, text: str = "") -> None:
        more = {"text": text} if text else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more
            )

    def look(self, width: int, height: int, *, dark: bool = False, scale: float = 1) -> None:
        """Through a window of that size, in the dark or by day."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def hear(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            said = [str(part.get("value", part)) for part in parameters["args"]]
            self.messages.append(f"{parameters['type']}: {' '.join(said)}")
        elif method == "Runtime.exceptionThrown":
            self.messages.append(f"exception: {json.dumps(parameters['exceptionDetails'])}")
        elif method == "Log.entryAdded":
            self.messages.append(f"{parameters['entry']['level']}: {parameters['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True


class Browser:
    def __init__(self, profile: Path) -> None:
        self.pages: dict[str, Page] = {}
        self.answers: dict[int, dict[str, Any]] = {}
        self.last_id = 0
        self.buffer = b""
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
        self.log = profile / "chromium.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-c", LAUNCHER, *map(str, ends), program(), *FLAGS),
                    f"--user-data-dir={profile / 'profile'}",
                ],
                pass_fds=ends,
                stdout=log,
                stderr=log,
            )
        for end in (*ends, to_browser, from_browser):
            os.close(end)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        os.close(self.write_end)
        os.close(self.read_end)

    def open_page(self, path: Path) -> Page:
        """A file of ours, loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Page.navigate", url=path.resolve().as_uri())
        deadline = time.monotonic() + PATIENCE
        while not page.loaded:
            self.listen(deadline)
        return page

    def call(self, method: str, session: str | None = None, /, **parameters: Any) -> dict[str, Any]:
        self.last_id += 1
        number = self.last_id
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data) :]
        deadline = time.monotonic() + PATIENCE
        while number not in self.answers:
            self.listen(deadline)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def listen(self, deadline: float) -> None:
        """Take in what the browser has said by now."""
        ready, _, _ = select.select([self.read_end], [], [], max(0, deadline - time.monotonic()))
        data = os.read(self.read_end, 1 << 20) if ready else b""
        if not data:
            problem = "has ended" if ready else "does not answer"
            raise BrowserError(f"Chromium {problem}:\n{self.log.read_text('utf-8', 'replace')}")
        *messages, self.buffer = (self.buffer + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            elif (page := self.pages.get(message.get("sessionId", ""))) is not None:
                page.hear(message["method"], message["params"])


@contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """A browser with a fresh profile below a folder."""
    browser = Browser(profile)
    try:
        yield browser
    finally:
        browser.close()
