"""The tools that build and try the packages."""

from __future__ import annotations

import io
import os
import shutil
import struct
import sys
from pathlib import Path

import fresh_debian
import packages
import pytest
import screen
import sizes
import twice
from PIL import Image


def dump(width: int, height: int, pixels: list[int]) -> bytes:
    """A dump as Xvfb keeps it, with a line that is longer than the picture."""
    numbers = [0] * 25
    numbers[0], numbers[1], numbers[2], numbers[3] = 104, 7, 2, 24
    numbers[4], numbers[5], numbers[11], numbers[12], numbers[19] = width, height, 32, 16, 1
    rows = b""
    for row in range(height):
        line = struct.pack(f"<{width}I", *pixels[row * width : (row + 1) * width])
        rows += line.ljust(16, b"\xff")
    return struct.pack(">25I", *numbers) + b"x\0\0\0" + b"c" * 12 + rows


def test_what_a_display_shows_is_read_from_its_dump() -> None:
    shot = screen.read(dump(3, 2, [0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF, 0, 0]))
    assert (shot.width, shot.height, shot.colours) == (3, 2, 5)
    with Image.open(io.BytesIO(shot.png())) as picture:
        assert picture.getpixel((0, 0)) == (255, 0, 0)
        assert picture.getpixel((2, 0)) == (0, 0, 255)
        assert picture.getpixel((0, 1)) == (255, 255, 255)


def test_a_dump_of_another_kind_is_refused() -> None:
    numbers = bytearray(dump(1, 1, [0]))
    numbers[44:48] = struct.pack(">I", 16)
    with pytest.raises(ValueError, match="16 bits"):
        screen.read(bytes(numbers))


def test_two_builds_that_differ_are_told(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name / "lib").mkdir(parents=True)
        (tmp_path / name / "same").write_bytes(b"1")
        (tmp_path / name / "lib" / "bytes").write_bytes(name.encode())
        (tmp_path / name / "link").symlink_to(name)
    (tmp_path / "other" / "more").write_bytes(b"")
    found = twice.differences(tmp_path / "one", tmp_path / "other")
    assert found == ["lib/bytes", "link", "more"]


def test_the_largest_parts_come_first(tmp_path: Path) -> None:
    for name, size in {"a/b/c": 5, "a/b/d": 5, "a/e": 7, "f": 1}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    assert sizes.parts(tmp_path) == [(10, "a/b"), (7, "a/e"), (1, "f")]


def test_the_trial_on_a_fresh_debian_says_why_it_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fresh_debian.py"])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert fresh_debian.main() == 0
    assert capsys.readouterr().out == "skipped: only root can make a fresh system\n"
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: name != "debootstrap" or None)
    assert fresh_debian.why_not() == "debootstrap is not installed"


def test_dependencies_are_read_with_their_versions() -> None:
    depends = packages.depends()
    assert depends["libc.so.6"] == "libc6 (>= 2.36)"
    assert depends["libEGL.so.1"] == "libegl1"
