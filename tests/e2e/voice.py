"""A Speech Dispatcher without a voice: it writes down what a screen reader has it say.

    with Voice() as voice:
        session.start(["orca"], env=voice.environ)
        voice.wait_for("Screen reader on")

It answers as much of SSIP, Speech Dispatcher's protocol, as its client library asks for, on a free
port of loopback. Nothing takes time to say, so nothing is ever cut off.
"""

from __future__ import annotations

import contextlib
import html
import re
import socketserver
import threading
from collections.abc import Sequence
from types import TracebackType

from tests.e2e.screen import wait_until

_TAG = re.compile(r"<[^>]*>")
_END = b"."
_SPOKEN = ("CHAR", "KEY", "SOUND_ICON")
"""Commands with their words in the same line."""

STOPPED = "-- stop --"
"""Line of the log for "say no more"."""


class Voice:
    """Listens to what is to be said, from any number of clients.

    Attributes:
        environ: what tells Speech Dispatcher's clients where it is.
        log: everything said, in its order, and where it was to stop (`STOPPED`).
    """

    def __init__(self) -> None:
        self.log: list[str] = []
        self._seen = 0
        self._server = _Server(self.log)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        port = self._server.server_address[1]
        self.environ = {"SPEECHD_ADDRESS": f"inet_socket:127.0.0.1:{port}"}

    def __enter__(self) -> Voice:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)

    def said(self) -> list[str]:
        """What was said since the last `forget`."""
        return [words for words in self.log[self._seen :] if words != STOPPED]

    def forget(self) -> None:
        """Look at what comes from now on only."""
        self._seen = len(self.log)

    def wait_for(self, *words: str) -> None:
        """Wait until each of these was said since the last `forget`, alone or within more."""
        wait_until(
            lambda: all(any(one in said for said in self.said()) for one in words),
            what=lambda: f"{words} said, not {self.said()}",
        )

    def wait_for_letters(self, text: str) -> None:
        """Wait until each letter of a text was said by itself."""
        wait_until(
            lambda: set(text) <= set(self.said()),
            what=lambda: f"the letters of {text!r}, not {self.said()}",
        )


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.messages = 0
        super().__init__(("127.0.0.1", 0), _Client)


class _Client(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Answer one client until it goes."""
        # A client that ends may not wait for its last answer.
        with contextlib.suppress(ConnectionError):
            for line in self.rfile:
                command, *more = line.decode().strip().split(" ", 2)
                self._do(command.upper(), more)
                if command.upper() == "QUIT":
                    return

    def _do(self, command: str, more: Sequence[str]) -> None:
        if command == "SPEAK":
            self._answer(230, "OK RECEIVING DATA")
            self._say(plain(self._text()))
        elif command in _SPOKEN:
            self._say(" ".join(more))
        elif command in ("STOP", "CANCEL"):
            self.server.log.append(STOPPED)
            self._answer(210, "OK STOPPED")
        elif command == "LIST" and "VOICES" in more[0].upper():
            self._answer(249, "OK VOICE LIST SENT", "nobody\ten\tnone")
        elif command == "LIST":
            self._answer(250, "OK MODULE LIST SENT", "nothing")
        elif command == "GET":
            self._answer(251, "OK GET RETURNED", "0")
        elif command == "HISTORY":
            self._answer(245, "OK CLIENT ID SENT", "1")
        else:
            self._answer(208, "OK")

    def _text(self) -> str:
        """Lines up to one with a dot alone; a dot before another one hides it."""
        lines = []
        for line in self.rfile:
            text = line.rstrip(b"\r\n")
            if text == _END:
                break
            lines.append(text.removeprefix(_END) if text.startswith(_END * 2) else text)
        return b"\n".join(lines).decode()

    def _say(self, words: str) -> None:
        self.server.log.append(words)
        self.server.messages += 1
        self._answer(225, "OK MESSAGE QUEUED", str(self.server.messages))

    def _answer(self, code: int, words: str, *data: str) -> None:
        lines = [*(f"{code}-{one}" for one in data), f"{code} {words}", ""]
        self.wfile.write("\r\n".join(lines).encode())


def plain(ssml: str) -> str:
    """Words of a text with marks of speech in it."""
    return html.unescape(_TAG.sub("", ssml)).strip()
