"""Runs the self-test of a packaged program: `trial.py PROGRAM`; 1 when a check fails.

In a home of its own. On Linux with a session bus and a keyring where there are any to start, for
the keyring is one of the checks, and on no display.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

KEYRING = (
    "printf x | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1"
)


def main(program: str, before: Sequence[str] | None = None) -> int:
    """Start it, print what it found; `before` is what goes before its command."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        command = [program, "self-test", "--json", "--home", str(home / "studio")]
        done = subprocess.run(
            [*(session() if before is None else before), *command],
            env=environment(home),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    print(done.stdout, done.stderr, sep="", end="")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    whole = bool(lines) and lines[-1].get("event") == "done"
    return 0 if whole and done.returncode == 0 and len(lines) > 1 else 1


def environment(home: Path) -> dict[str, str]:
    """This one, with other folders, and nothing of a display on Linux."""
    if sys.platform == "linux":
        run = home / "run"
        run.mkdir(mode=0o700)
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(run), "QT_QPA_PLATFORM": "offscreen"}
        # Machines that build have no FUSE: an AppImage unpacks itself instead.
        return {**kept, **own, "APPIMAGE_EXTRACT_AND_RUN": "1"}
    else:
        return dict(os.environ)


def session() -> list[str]:
    """What goes before the command, so that there is a keyring."""
    tools = ("dbus-run-session", "gnome-keyring-daemon")
    if sys.platform == "linux" and all(shutil.which(tool) for tool in tools):
        return ["dbus-run-session", "--", "sh", "-c", f'{KEYRING}; exec "$@"', "sh"]
    else:
        return []


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: trial.py PROGRAM")
    sys.exit(main(sys.argv[1]))
