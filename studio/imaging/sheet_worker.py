"""Drawing process of contact sheets: the only process besides the window that loads Qt.

Started as `gridbrush --worker sheet`, with a lower priority. It gets pictures that were decoded and
reduced by the exporting processes, returns pages, and writes nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys

from studio.common.errors import InputError
from studio.common.paths import user_home
from studio.config.environment import keep_memory_private
from studio.imaging import sheet_jobs, worker

MEMORY = 3 << 30
"""Limit of address space in bytes: Qt's libraries, an A3 page as PNG and its pictures."""

_NICE = 10


def main() -> int:
    """Run the drawing process."""
    keep_memory_private()
    if sys.platform != "win32":
        # Draws without a display. Windows always has a display, and its fonts need its platform
        # plugin.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        # Set to find the user's fonts, because the worker's environment lacks HOME.
        with contextlib.suppress(InputError):
            os.environ.setdefault("HOME", str(user_home()))
    return worker.serve(sheet_jobs.JOBS, memory=MEMORY, nice=_NICE)


if __name__ == "__main__":
    sys.exit(main())
