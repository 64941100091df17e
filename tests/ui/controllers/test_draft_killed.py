"""The program is killed while it restores its draft: the next start offers it and is not killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.common import paths
from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import Reference

ROOT = Path(__file__).resolve().parents[3]
LEFT = Draft(
    prompt="kelp forest",
    count=3,
    references=tuple(
        Reference(sha256=f"{n:064x}", media_type="image/png", name=f"n{n}") for n in range(1000)
    ),
)

DRIVER = """
import json, os, signal, sys

import studio.ui.app.main_loop as app
from studio.ui.panels.composer.composer import Composer

wanted = os.environ["WANTED"]
if wanted == "die":
    def die(self):
        os.kill(os.getpid(), signal.Signals["SIGKILL"])
    Composer._show = die

stay = app._stay
async def watched(app_, core, session, stop):
    opened, window = session.open, session.window
    async def open_and_tell():
        import asyncio
        await opened()
        window.told = asyncio.get_running_loop().create_task(tell(core, window))
        window.told.add_done_callback(lambda task: task.exception() and window.close())
    session.open = open_and_tell
    return await stay(app_, core, session, stop)
app._stay = watched

def state(core, window):
    folder = core.paths.draft_file.parent
    notice = window.messages.notice
    return {
        "draft": [window.composer.draft().prompt, len(window.composer.draft().references)],
        "notice": notice and notice.text,
        "actions": notice and [action.label for action in notice.actions],
        "files": sorted(one.name for one in folder.glob("draft.*")),
    }

async def tell(core, window):
    import asyncio
    said = []
    while (folder := core.paths.draft_file.parent) and (folder / "draft.restoring").exists():
        await asyncio.sleep(0.01)
    if wanted != "plain":
        while window.messages.notice is None:
            await asyncio.sleep(0.01)
    said.append(state(core, window))
    if wanted == "restore":
        window.messages.on_first()
        while (folder / "draft.kept.json").exists() or (folder / "draft.restoring").exists():
            await asyncio.sleep(0.01)
        said.append(state(core, window))
    print(json.dumps(said), flush=True)
    window.close()

from studio.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def start(home: Path, wanted: str) -> tuple[int, list[dict[str, Any]]]:
    """One start of the program; its exit code and what it told."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GRIDBRUSH_")},
        "QT_QPA_PLATFORM": "offscreen",
        "WANTED": wanted,
    }
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, "--home", str(home)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.Signals["SIGKILL"]), done.stderr
    return done.returncode, json.loads(done.stdout or "[]")


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
def test_a_draft_that_kills_the_program_is_offered_at_the_next_start(tmp_path: Path) -> None:
    """The issue's own: every start froze again, for the draft of the last one was restored."""
    file = paths.find(tmp_path).draft_file
    DraftFile(file).save(LEFT)
    whole = file.read_bytes()

    code, _said = start(tmp_path, "die")
    assert code == -signal.Signals["SIGKILL"]
    assert file.read_bytes() == whole

    code, (first,) = start(tmp_path, "look")
    assert code == 0
    assert first["draft"] == ["", 0]
    assert first["notice"] == ("Gridbrush closed while restoring a draft. The draft is unchanged.")
    assert first["actions"] == ["Restore draft"]
    assert file.with_name("draft.kept.json").read_bytes() == whole

    # Closed without an answer, it is offered again; and once more where restoring it kills again.
    code, (before, after) = start(tmp_path, "restore")
    assert code == 0
    assert before["draft"] == ["", 0]
    assert after["draft"] == ["kelp forest", 1000]
    assert after["files"] == ["draft.json"]
    assert DraftFile(file).load() == LEFT

    code, (last,) = start(tmp_path, "plain")
    assert code == 0
    assert last["draft"] == ["kelp forest", 1000]
    assert last["notice"] is None
    assert last["files"] == ["draft.json"]
