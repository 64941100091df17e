"""Pictures that are small as files and take long to decode."""

from __future__ import annotations

import io

from PIL import Image


def many_scans(scans: int, edge: int = 1000) -> bytes:
    """A progressive JPEG of one colour, whose last scan comes so many times.

    Each goes over the whole picture again, and takes some hundred bytes at most.
    """
    file = io.BytesIO()
    Image.new("RGB", (edge, edge), (200, 90, 30)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    # With the table of codes before it, where it has one of its own.
    begins = max(data.rfind(b"\xff\xc4", 0, data.rfind(b"\xff\xda")), 0)
    previous = data.rfind(b"\xff\xda", 0, data.rfind(b"\xff\xda"))
    begins = begins if begins > previous else data.rfind(b"\xff\xda")
    end = data.rfind(b"\xff\xd9")
    before = data[:begins].count(b"\xff\xda")
    return data[:begins] + data[begins:end] * (scans - before) + data[end:]
