"""The desktop that pictures are taken on: one screen, a fixed clock, nothing but the window."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.domain.drafts import Draft
from tests.desktop.session import ROOT, Session
from tests.e2e.library import leave_draft

CLOCK, TICK = "GRIDBRUSH_SCREENSHOT_CLOCK", "GRIDBRUSH_SCREENSHOT_TICK"
LIBRARY_MADE = 1_779_350_400
"""When the library is filled, in seconds since 1970: 21 May 2026, 8:00 UTC."""
WINDOW_OPENED = LIBRARY_MADE + 6 * 3600

BUDGET = 40.0
"""US dollars a month."""

_OPENBOX = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><applications>
<application type="normal"><decor>no</decor><maximized>yes</maximized></application>
<application type="dialog"><decor>no</decor></application>
<application title="Campaign"><decor>no</decor><maximized>no</maximized><layer>above</layer>
</application>
</applications></openbox_config>
"""


def fixed_clock(moment: int, *, tick: int = 0) -> dict[str, str]:
    """Environment of a program of this checkout whose clock starts at this moment, in UTC.

    With a `tick` the clock stands still, but for so many nanoseconds at each look.
    """
    folder = Path(__file__).with_name("fixed_clock")
    paths = os.pathsep.join([str(folder), str(ROOT)])
    return {"PYTHONPATH": paths, "TZ": "UTC", CLOCK: str(moment), TICK: str(tick)}


@contextmanager
def open_session(folder: Path, size: str) -> Iterator[Session]:
    """A session with a display of this size; the program's window fills it.

    Raises AssertionError at the end if a process had to be ended.
    """
    with Session(folder) as session:
        config = session.home / ".config" / "openbox"
        config.mkdir(parents=True)
        (config / "rc.xml").write_text(_OPENBOX)
        session.environ |= fixed_clock(WINDOW_OPENED)
        session.start_display(size, pointer=False)
        session.start_bus(services=False)
        session.start_accessibility()
        yield session
    assert session.ended == [], session.ended


def leave_settings(
    home: Path, *, theme: str, draft: Draft, language: str = "", contrast: str = "system"
) -> None:
    """The settings and the draft of an earlier start."""
    settings = home / "config" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    chosen = {"theme": theme, "at_once": 2, "budget_usd": BUDGET, "language": language}
    chosen["contrast"] = contrast
    settings.write_text(json.dumps({"version": 1, **chosen}))
    leave_draft(home, draft)
