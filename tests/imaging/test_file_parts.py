"""Pieces of a file, read as one file."""

from __future__ import annotations

import io
import random

from studio.imaging.file_parts import Piece, SplicedFile


def test_pieces_are_read_like_what_they_are_together() -> None:
    whole = bytes(range(256)) * 8
    pieces: list[Piece] = [
        b"head",
        (10, 100),
        b"",
        (500, 3),
        b"x" * 40,
        (90, 60),
        (2000, 48),
        (5, 0),
    ]
    meant = b"".join(
        one if isinstance(one, bytes) else whole[one[0] : one[0] + one[1]] for one in pieces
    )
    dice = random.Random(1)
    for buffer in (1, 7, 4096):
        reading = io.BufferedReader(SplicedFile(io.BytesIO(whole), pieces), buffer)
        assert reading.read() == meant
        assert reading.seek(0, io.SEEK_END) == len(meant)
        assert reading.read(9) == b""
        for _round in range(300):
            at, size = dice.randrange(len(meant) + 5), dice.randrange(60)
            reading.seek(at)
            assert reading.tell() == at
            assert reading.read(size) == meant[at : at + size]
        reading.close()


def test_the_file_is_closed_with_them() -> None:
    file = io.BytesIO(b"abc")
    with io.BufferedReader(SplicedFile(file, [(0, 3)])) as reading:
        assert reading.read() == b"abc"
    assert file.closed
    assert SplicedFile(io.BytesIO(), []).read(5) == b""
