"""The service of the receive benchmark, in a process of its own: large answers on real sockets.

    python -m tests.benchmarks.receive_service        # prints its address, ends with its input

The model's name says how large the answer is: `picture-20` has a picture of 20 MB (10^6 bytes),
`photo-20` one with more pixels, `answer-40` is 40 MB of JSON, `answer-0.05` is 50 KB.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import math
import random
import socket
import sys
import threading

from tests.fake_service import _read_request, answer_with

SIGNS = 3
"""Bytes a pixel: noise cannot be packed, so a picture has as many bytes as its pixels."""


@functools.cache
def picture(size: int) -> bytes:
    """A PNG of that many bytes and a little: noise, as hard to pack as can be."""
    from PIL import Image

    edge = math.isqrt(size // SIGNS)
    noise = random.Random(size).randbytes(edge * edge * SIGNS)
    file = io.BytesIO()
    Image.frombytes("RGB", (edge, edge), noise).save(file, "PNG")
    return file.getvalue()


@functools.cache
def photo(size: int) -> bytes:
    """A PNG of about that many bytes that packs like a photo: two and a half times the pixels."""
    from PIL import Image

    edge = math.isqrt(round(size * 2.5 / SIGNS))
    grain = [Image.effect_noise((edge, edge), 2.3) for _band in range(SIGNS)]
    file = io.BytesIO()
    Image.merge("RGB", grain).save(file, "PNG", compress_level=1)
    return file.getvalue()


@functools.cache
def body(model: str) -> bytes:
    """The answer a model of that name gives."""
    kind, _dash, size = model.rpartition("-")
    wanted = float(size) * 1e6
    if kind == "photo":
        data = photo(round(wanted))
    else:
        data = picture(round(wanted if kind == "picture" else wanted * 3 / 4))
    return json.dumps(answer_with(data, model=model)).encode()


def _serve(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        request = _read_request(connection, 0)
        if request is None:
            return
        data = body(request.path.rpartition("/")[2].partition(":")[0])
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
        connection.sendall(head.encode() + b"\r\nConnection: close\r\n\r\n")
        connection.sendall(data)


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _address = listener.accept()
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def main() -> None:
    """Serve until standard input ends."""
    for model in sys.argv[1:]:
        body(model)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
