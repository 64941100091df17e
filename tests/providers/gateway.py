"""A gateway that plays anything on real sockets, with TLS or without: one scene a connection.

    with Gateway(authority.context()) as gateway:
        gateway.play(lambda line: line.send(b"HTTP/1.1 200 OK..."))

A scene is a function that is given the line once the request is in; what it does not send is never
sent, and how it ends is how the connection ends.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable

Scene = Callable[["Line"], None]

LOOK = 0.005
HOLD = 30.0
"""Seconds a line is held open at most, for a client that never goes: then a test fails anyway."""


class Line:
    """One connection, after its request was read.

    Attributes:
        head: the request's first line and headers.
        left: set once the client has closed it; seen from here, so a moment after the client did.
    """

    def __init__(self, wire: socket.socket, head: str, over: threading.Event) -> None:
        self.head = head
        self.left = threading.Event()
        self._wire = wire
        self._over = over

    def send(self, data: bytes) -> None:
        """Send it all. Raises OSError when the client has gone."""
        self._wire.sendall(data)

    def answer(self, body: bytes, status: int = 200, framing: str = "length", **more: str) -> None:
        """An answer as it should be; `framing` is "length", "chunked" or "close"."""
        self.send(head(status, body, framing, **more))
        if framing == "chunked":
            third = max(1, len(body) // 3)
            for start in range(0, len(body), third):
                piece = body[start : start + third]
                self.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            body = b"0\r\n\r\n"
        self.send(body)

    def drip(self, data: bytes, step: int) -> None:
        """Send it in small pieces, until the client has had enough."""
        for start in range(0, len(data), step):
            if self._gone(LOOK):
                return
            self.send(data[start : start + step])

    def hold(self) -> None:
        """Say nothing more and stay, until the client goes."""
        while not self._over.is_set():
            if self._gone(LOOK):
                return

    def _gone(self, wait: float) -> bool:
        if select.select([self._wire], [], [], wait)[0]:
            try:
                gone = not self._wire.recv(4096)
            except OSError:
                gone = True
            if gone:
                self.left.set()
                return True
        return False

    def reset(self) -> None:
        """End it the hard way."""
        self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def cut(self) -> None:
        """End it without the farewell of TLS, as a broken network does."""
        with self._plain() as wire:
            wire.shutdown(socket.SHUT_RDWR)

    def garble(self) -> None:
        """Send what TLS cannot read."""
        with self._plain() as wire:
            wire.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)

    def _plain(self) -> socket.socket:
        """The connection below the encryption."""
        return socket.fromfd(self._wire.fileno(), socket.AF_INET, socket.SOCK_STREAM)


def head(status: int, body: bytes, framing: str = "length", **more: str) -> bytes:
    """Status line and headers of an answer with this body."""
    lines = {"Content-Type": "application/json"}
    lines.update({name.replace("_", "-"): value for name, value in more.items()})
    if framing == "chunked":
        lines["Transfer-Encoding"] = "chunked"
    elif framing == "length":
        lines.setdefault("Content-Length", str(len(body)))
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Status\r\n{told}\r\n".encode()


class Gateway:
    """Plays scenes in turn; the last one again and again.

    Attributes:
        lines: every request that came.
        knocks: connections, also those that never got as far as a request.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, pretends: bool = False) -> None:
        """`pretends` gives it an address with TLS though it has none."""
        self.lines: list[Line] = []
        self.knocks = 0
        self._context = context
        self._scheme = "https" if context or pretends else "http"
        self._scenes: list[Scene] = []
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []

    def play(self, *scenes: Scene) -> None:
        """Take these scenes for the connections to come."""
        self._scenes = list(scenes)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Gateway:
        self._start(self._accept)
        return self

    def __exit__(self, *_ignored: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                wire, _address = self._listener.accept()
            except OSError:
                return
            self.knocks += 1
            self._start(self._serve, wire)

    def _serve(self, wire: socket.socket) -> None:
        wire.settimeout(HOLD)
        # OSError: the client went, or does not trust us. ValueError: it closed within a request.
        with contextlib.suppress(OSError, ValueError):
            if self._context is not None:
                wire = self._context.wrap_socket(wire, server_side=True)
            line = Line(wire, _request(wire), self._over)
            self.lines.append(line)
            scene = self._scenes.pop(0) if len(self._scenes) > 1 else self._scenes[0]
            scene(line)
        wire.close()


def _request(wire: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = wire.recv(65536)
        if not piece or piece[:1] == b"\x16":
            raise ValueError("gone, or it speaks TLS")
        data += piece
    told, _gap, body = data.partition(b"\r\n\r\n")
    text = told.decode("latin-1")
    lengths = [line for line in text.lower().split("\r\n") if line.startswith("content-length:")]
    left = (int(lengths[0].partition(":")[2]) if lengths else 0) - len(body)
    while left > 0:
        piece = wire.recv(min(left, 1 << 20))
        if not piece:
            raise ValueError("gone")
        left -= len(piece)
    return text
