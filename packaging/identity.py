"""Who the program is to a system: its names, its version, the words stores show. One place.

The version itself stands in `studio/__init__.py`; all packages and the project file read it there.
"""

from __future__ import annotations

import calendar
import os
import re
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "gridbrush"
TITLE = "Gridbrush"
# The name in reverse order that AppStream, Flatpak and macOS ask for. Whoever publishes the program
# has to own the domain.
APP_ID = "org.gridbrush.gridbrush"
MAINTAINER = "The Gridbrush authors <authors@gridbrush.invalid>"
SUMMARY = "Make pictures with an image model, and keep the good ones"
COPYRIGHT = "The Gridbrush authors"
MEDIA_TYPES = (
    "image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", "image/tiff", "image/bmp",
)  # fmt: skip
"""What "Open with Gridbrush" is offered for: pictures that can be references."""


def version() -> str:
    """The program's version, such as "0.1.0"."""
    text = (ROOT / "studio" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise SystemExit("studio/__init__.py names no version.")
    return found[1]


def moment(root: Path = ROOT) -> int:
    """The time all files of a package carry, in seconds since 1970: SOURCE_DATE_EPOCH.

    Without it the day of the newest release in a checkout's CHANGELOG, or the first day of 2026.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    days = re.findall(r"^## \[\d[^]]*\] - (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    day = days[0] if days else "2026-01-01"
    return calendar.timegm(time.strptime(day, "%Y-%m-%d"))
