"""A virtual display, and what is painted on it, read without any tool: Xvfb keeps it in a file."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

SIZE = (1280, 800)


@dataclass(frozen=True, slots=True)
class Shot:
    """What a display shows.

    Attributes:
        rows: one after another from the top, 4 bytes a pixel: blue, green, red, nothing.
    """

    width: int
    height: int
    rows: bytes

    @property
    def colours(self) -> int:
        """How many different ones there are."""
        return len(set(struct.unpack(f"<{len(self.rows) // 4}I", self.rows)))

    def png(self) -> bytes:
        """The same as a file that people can look at."""
        lines = bytearray()
        for start in range(0, len(self.rows), self.width * 4):
            row = self.rows[start : start + self.width * 4]
            line = bytearray(self.width * 3)
            line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
            lines += b"\0" + line
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        packed = zlib.compress(bytes(lines))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            _chunk(kind, data)
            for kind, data in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def read(dump: bytes) -> Shot:
    """A dump of X (XWD, version 7) of 32 bits a pixel, lowest byte first."""
    numbers = struct.unpack(">25I", dump[:100])
    header, version, depth = numbers[0], numbers[1], numbers[11]
    width, height, stride, colours = numbers[4], numbers[5], numbers[12], numbers[19]
    if version != 7 or depth != 32:
        raise ValueError(f"not a dump of 32 bits a pixel: version {version}, {depth} bits")
    start = header + colours * 12
    lines = (dump[start + row * stride :][: width * 4] for row in range(height))
    return Shot(width, height, b"".join(lines))


class Display:
    """An Xvfb with a number of its own; ends with the `with`.

    Attributes:
        name: such as ":7", for DISPLAY.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._frame = Path(tempfile.mkdtemp(dir=folder))
        self._file = self._frame / "Xvfb_screen0"
        self.name = ""

    def __enter__(self) -> Display:
        reader, writer = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb", "-displayfd", str(writer), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24",
                "-ac", "-nolisten", "tcp", "-fbdir", str(self._frame),
            ],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writer)
        with os.fdopen(reader) as said:
            self.name = f":{said.readline().strip()}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait()
        shutil.rmtree(self._frame)

    def look(self) -> Shot:
        """What it shows now."""
        return read(self._file.read_bytes())

    def pixel(self, x: int, y: int) -> bytes:
        """Four bytes of one place, without reading the rest."""
        with self._file.open("rb") as dump:
            numbers = struct.unpack(">25I", dump.read(100))
            dump.seek(numbers[0] + numbers[19] * 12 + y * numbers[12] + x * 4)
            return dump.read(4)

    def keep(self, path: Path) -> None:
        """Write what it shows into a PNG."""
        path.write_bytes(self.look().png())

    def wait_for(self, seen: Callable[[Shot], bool], *, seconds: float) -> Shot:
        """Look until it is seen. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shot = self.look()
            if seen(shot):
                return shot
            time.sleep(0.1)
        raise TimeoutError(f"nothing of the kind was painted within {seconds} s")
