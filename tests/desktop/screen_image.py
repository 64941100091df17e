"""Screen of a session, read from its frame buffer: fast, and without a program."""

from __future__ import annotations

import struct

from PIL import Image

from tests.desktop.session import Session


def screen_image(session: Session) -> Image.Image:
    """What is on the screen now: a copy, in RGB."""
    return image_of(session.frame_buffer.read_bytes())


def image_of(data: bytes) -> Image.Image:
    """The image in a frame buffer."""
    head = struct.unpack(">25I", data[:100])
    start, width, height, line, colours = head[0], head[4], head[5], head[12], head[19]
    pixels = data[start + 12 * colours :]
    return Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", line, 1)
