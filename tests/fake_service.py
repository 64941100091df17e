"""A real HTTP server on loopback that speaks the API, for every test that needs a service.

    with FakeService() as service:
        service.script(Reply(503), Reply())      # overloaded once, then a picture
        ... service.url, service.requests ...

    python -m tests.fake_service --port 0        # prints its address, ends with its input

Without a script every request gets a picture that obeys aspect and size. One thread per connection
and plain sockets, so that a reply can stop, drip, be cut or be reset at any byte.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import re
import select
import socket
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MODELS = ("gemini-nano-banana-2.1", "gemini-3-pro-image", "text-only-model")
TOKENS = {"1K": 1120, "2K": 1680, "4K": 3780}


@dataclass
class Request:
    """What a client sent, and whether it went away before the answer was over."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    at: float
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """How to answer one request.

    Attributes:
        body: bytes, or anything JSON; None paints a picture.
        wait: seconds before the first byte, or an event to wait for; ends when the client goes.
        pieces: in how many pieces the body goes, `pause` seconds apart.
        gate: the last piece waits for this.
        cut: stop after this many bytes of the body and close.
        reset: end the connection with RST: "accept", "request" or "body" (after `cut` bytes).
        framing: "length", "chunked", "close" (no length), or a number: a lying Content-Length.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float | threading.Event = 0.0
    pieces: int = 1
    pause: float = 0.0
    gate: threading.Event | None = None
    cut: int | None = None
    reset: str = ""
    framing: str | int = "length"


def picture_answer(request: Request) -> dict[str, Any]:
    """What the service answers: a picture of the asked shape, painted offline."""
    asked = request.json
    config = asked.get("generationConfig", {})
    image = config.get("imageConfig", {})
    prompt = " ".join(
        part["text"] for turn in asked["contents"] for part in turn["parts"] if "text" in part
    )
    data, kind = paint(prompt, image.get("aspectRatio"), image.get("imageSize"), config.get("seed"))
    return answer_with(data, kind, size=image.get("imageSize") or "1K", model=_model(request.path))


def answer_with(
    data: bytes, kind: str = "image/png", *, size: str = "1K", model: str = ""
) -> dict[str, Any]:
    """An ordinary answer around these picture bytes."""
    tokens = TOKENS.get(size, 1120)
    part = {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}
    return {
        "candidates": [
            {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": {
            "promptTokenCount": 14,
            "candidatesTokenCount": tokens,
            "totalTokenCount": 14 + tokens,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": tokens}],
        },
        "modelVersion": model,
        "responseId": "answer-1",
    }


def paint(prompt: str, aspect: str | None, size: str | None, seed: int | None) -> tuple[bytes, str]:
    """A picture from the offline painter, by its own wire."""
    from studio.providers.sketch import Painter

    image = {k: v for k, v in (("aspectRatio", aspect), ("imageSize", size)) if v}
    config: dict[str, Any] = {"responseModalities": ["IMAGE"], "imageConfig": image}
    if seed is not None:
        config["seed"] = seed
    asked = {
        "contents": [{"role": "user", "parts": [{"text": prompt}]}],
        "generationConfig": config,
    }

    async def ask() -> bytes:
        painter = Painter()
        try:
            address = "https://sketch/v1/models/sketch:generateContent"
            body = json.dumps(asked).encode()
            _status, _headers, chunks = await painter.answer("POST", address, {}, body)
            return b"".join([chunk async for chunk in chunks])
        finally:
            painter.close()

    value = json.loads(asyncio.run(ask()))
    parts = value["candidates"][0]["content"]["parts"]
    inline = next(part["inlineData"] for part in parts if "inlineData" in part)
    return base64.b64decode(inline["data"]), inline["mimeType"]


def tiny_png(width: int = 8, height: int = 8, colour: bytes = b"\x30\x60\x90") -> bytes:
    """A valid PNG made of nothing but zlib."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + colour * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class FakeService:
    """The server; start it with `with`, or `start` and `close`.

    Attributes:
        requests: everything that was asked, in order.
        connections: how many connections were made.
        fallback: answers what the script does not.
    """

    def __init__(
        self, port: int = 0, *, fallback: Callable[[Request], Reply] | None = None
    ) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.requests: list[Request] = []
        self.connections = 0
        self.fallback = fallback or _usual
        self._script: list[Reply] = []
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def script(self, *replies: Reply) -> None:
        """Answer the next POST requests so, in order."""
        with self._changed:
            self._script.extend(replies)

    def wait_for(self, number: int, seconds: float = 60.0) -> Request:
        """The request of this number (from 1), once it has come."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.requests) >= number, seconds)
        assert arrived, f"request {number} did not come"
        return self.requests[number - 1]

    def start(self) -> FakeService:
        thread = threading.Thread(target=self._accept, daemon=True, name="fake-service")
        thread.start()
        self._threads.append(thread)
        return self

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._changed:
            waiting = list(self._open)
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)

    def __enter__(self) -> FakeService:
        return self.start()

    def __exit__(self, *_ignored: object) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self.connections += 1
                self._open.add(connection)
                number = self.connections
            thread = threading.Thread(target=self._serve, args=(connection, number), daemon=True)
            # Thousands of connections later, those that ended are not held.
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                if self._script and self._script[0].reset == "accept":
                    self._script.pop(0)
                    _reset(connection)
                    return
                while (request := _read_request(connection, number)) is not None:
                    with self._changed:
                        self.requests.append(request)
                        post = request.method == "POST"
                        reply = self._script.pop(0) if self._script and post else None
                        self._changed.notify_all()
                    if not self._answer(connection, request, reply or self.fallback(request)):
                        return
        finally:
            with self._changed:
                self._open.discard(connection)

    def _answer(self, connection: socket.socket, request: Request, reply: Reply) -> bool:
        """Answer; False when the connection is over."""
        if reply.reset == "request":
            _reset(connection)
            return False
        if not self._waited(connection, request, reply.wait):
            return False
        body = reply.body
        if body is None:
            body = picture_answer(request) if reply.status == 200 else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.sendall(_head(reply, len(data)))
        pieces = list(_pieces(data, reply))
        for place, piece in enumerate(pieces, start=1):
            last = place == len(pieces)
            wait = reply.gate if reply.gate is not None and last else reply.pause
            if not self._waited(connection, request, wait):
                return False
            chunked = reply.framing == "chunked"
            try:
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            except OSError:
                _left(request)
                return False
        if reply.reset == "body":
            _reset(connection)
            return False
        if reply.framing == "chunked" and reply.cut is None:
            connection.sendall(b"0\r\n\r\n")
        return reply.framing in ("length", "chunked") and reply.cut is None

    def _waited(
        self, connection: socket.socket, request: Request, wait: float | threading.Event
    ) -> bool:
        """Wait while watching the client; False when it has gone, or the server ends."""
        until = time.monotonic() + (3600 if isinstance(wait, threading.Event) else wait)
        while not (isinstance(wait, threading.Event) and wait.is_set()):
            left = until - time.monotonic()
            if left <= 0:
                break
            readable, _w, _x = select.select([connection], [], [], min(left, 0.02))
            if readable:
                try:
                    over = not connection.recv(1, socket.MSG_PEEK)
                except OSError:
                    over = True
                if over:
                    _left(request)
                    return False
            if self._closing.is_set():
                return False
        return True


def _left(request: Request) -> None:
    request.gone.set()


def _usual(request: Request) -> Reply:
    path = urlsplit(request.path).path
    if request.method == "GET" and path.endswith("/models"):
        listed = [{"id": id, "object": "model", "owned_by": "custom"} for id in MODELS]
        return Reply(body={"object": "list", "success": True, "data": listed})
    if request.method == "POST" and path.endswith(":generateContent"):
        return Reply()
    message = f"Invalid URL ({request.method} {path})"
    return Reply(404, {"error": {"message": message, "type": "invalid_request_error"}})


def _model(path: str) -> str:
    found = re.search(r"/models/(.+):generateContent", unquote(path))
    return found[1] if found else ""


def _read_request(connection: socket.socket, number: int) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece or piece[:1] == b"\x16":
            return None  # gone, or it speaks TLS
        data += piece
    head, _gap, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ")
    headers = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    parts = [body]
    left = int(headers.get("content-length", "0")) - len(body)
    while left > 0:
        piece = connection.recv(min(left, 1 << 20))
        if not piece:
            return None
        parts.append(piece)
        left -= len(piece)
    return Request(method, path, headers, b"".join(parts), number, time.monotonic())


def _head(reply: Reply, length: int) -> bytes:
    headers = {"Content-Type": "application/json", **reply.headers}
    if reply.framing == "chunked":
        headers["Transfer-Encoding"] = "chunked"
    elif reply.framing == "length":
        headers["Content-Length"] = str(length)
    elif isinstance(reply.framing, int):
        headers["Content-Length"] = str(reply.framing)
    lines = [f"HTTP/1.1 {reply.status} Status", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _pieces(data: bytes, reply: Reply) -> Iterator[bytes]:
    data = data if reply.cut is None else data[: reply.cut]
    step = max(1, -(-len(data) // max(1, reply.pieces)))
    for start in range(0, len(data), step):
        yield data[start : start + step]


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main() -> None:
    """Serve until standard input ends."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--wait", type=float, default=0.0, help="seconds before each answer")
    options.add_argument("--record", help="file that gets one line of JSON for every request")
    chosen = options.parse_args()

    def answer(request: Request) -> Reply:
        if chosen.record:
            line = {"method": request.method, "path": request.path, "headers": request.headers}
            with Path(chosen.record).open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({**line, "body": request.body.decode("utf-8", "replace")}) + "\n"
                )
        reply = _usual(request)
        if request.method == "POST":
            reply.wait = chosen.wait
        return reply

    with FakeService(chosen.port, fallback=answer) as service:
        print(service.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
