"""Headless Chromium driven through its debugging pipe: a page is clicked as a person would.

One browser shows the pages of many tests: starting it takes longer than each of them.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any, Final

_COMMANDS, _ANSWERS = 3, 4
"""Descriptors that Chromium reads commands from and writes answers to."""

_HANG: Final = 60.0
"""Seconds after which a page is given up."""


class BrowserPipe:
    """One page at a time, in a browser of its own.

    Attributes:
        requests: addresses that the page asked for, itself included.
    """

    def __init__(self, command: str) -> None:
        assert sys.platform != "win32", "descriptors are handed over by their numbers"
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_commands, self._out = os.pipe()
        self._in, write_answers = os.pipe()
        words = [
            command, "--headless", "--disable-gpu", "--no-first-run", "--no-sandbox",
            "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}",
            "about:blank",
        ]  # fmt: skip
        # The shell gives the two descriptors the numbers that Chromium expects.
        hands = f'exec "$@" {_COMMANDS}<&{read_commands} {_ANSWERS}>&{write_answers}'
        self._process = subprocess.Popen(
            ["bash", "-c", hands, "bash", *words],
            pass_fds=(read_commands, write_answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_commands)
        os.close(write_answers)
        self._rest = b""
        self._number = 0
        self._session = ""
        self._context = ""
        self.requests: list[str] = []

    def __enter__(self) -> BrowserPipe:
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self._out)
        self._process.kill()
        self._process.wait(_HANG)
        os.close(self._in)
        self._profile.cleanup()

    def fresh(self, width: int = 900, height: int = 700) -> None:
        """Close the page, and open an empty one that shares nothing with those before it.

        Its size is in pixels, without bars to scroll.
        """
        self._session = ""
        if self._context:
            self.ask("Target.disposeBrowserContext", browserContextId=self._context)
        self._context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=self._context)[
            "targetId"
        ]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.requests = []
        self.ask("Page.enable")
        self.ask("Network.enable")
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.ask("Emulation.setScrollbarsHidden", hidden=True)
        # The keyboard is for the page, whether or not a window is in front.
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)

    def screenshot(self) -> bytes:
        """What is seen of the page, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command of the DevTools protocol."""
        self._number += 1
        wish: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            wish["sessionId"] = self._session
        os.write(self._out, json.dumps(wish).encode() + b"\0")
        while True:
            said = self._read()
            if said.get("method") == "Network.requestWillBeSent":
                self.requests.append(said["params"]["request"]["url"])
            if said.get("id") == self._number:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._in, 1 << 16)
            assert data, "the browser ended"
            self._rest += data
        line, self._rest = self._rest.split(b"\0", 1)
        said: dict[str, Any] = json.loads(line)
        return said

    def value(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)[
            "result"
        ].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + _HANG
        while not self.value(expression):
            assert time.monotonic() < until, expression
            time.sleep(0.05)

    def open(self, address: str) -> None:
        """Open a page and wait for its first picture; others may be loaded when they are seen."""
        self.ask("Page.navigate", url=address)
        self.wait(f"location.href.startsWith({json.dumps(address)})")
        self.wait("document.readyState == 'complete' && document.images[0].complete")

    def click(self, selector: str) -> None:
        """Click the middle of the first such element that is seen."""
        x, y = self.value(
            f"(() => {{const e = [...document.querySelectorAll({json.dumps(selector)})]"
            ".find(e => e.getClientRects().length); const r = e.getBoundingClientRect();"
            "return [r.x + r.width / 2, r.y + r.height / 2]})()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, code: int) -> None:
        """Press a key."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **text
            )
