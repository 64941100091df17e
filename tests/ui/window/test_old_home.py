"""The window opens a home of an early version, as it was left."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec.structs import asdict

from studio.app.core_options import CoreOptions
from studio.domain.drafts import DraftFile
from studio.domain.entities import JobState
from studio.ui.window import window_state
from tests import canary
from tests.old_home import contents, copy_home
from tests.ui.windows import opened, until

PICTURES = 11
LEFT = [JobState.UNSENT, JobState.UNSENT, JobState.CUT, JobState.UNKNOWN, JobState.CUT]
"""What is left in the journal once the whole answer has become a picture."""


async def test_draft_pictures_and_what_was_left_are_on_the_screen(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    draft = DraftFile(home / "state/draft.json").load()
    before = contents(home)
    # With a key of the environment no keyring is asked.
    chosen = CoreOptions(provider="workshop")
    async with opened(home, width=1280, options=chosen, key=canary.KEY) as window:
        core = window.core
        await until(core, lambda: [job.state for job in core.queue.jobs.values()] == LEFT, "left")
        await until(core, lambda: window.library_view.counts.all == PICTURES + 1, "pictures")
        assert window.composer.draft() == draft
        assert core.settings.trouble is None
    after = contents(home)
    assert after["config/settings.json"] == before["config/settings.json"]
    saved, was = json.loads(after["state/draft.json"]), json.loads(before["state/draft.json"])
    assert {name: saved[name] for name in was} == was


def test_the_state_of_the_window_is_read(tmp_path: Path) -> None:
    path = copy_home(tmp_path / "home") / "state/window.json"
    was = json.loads(path.read_bytes())
    state, trouble = window_state.load(path)
    assert trouble is None
    read = asdict(state)
    assert {name: read[name] for name in was} == {**was, "prompt": tuple(was["prompt"])}
    assert (state.sidebar_width, state.inspector_width) == (224, 296)
