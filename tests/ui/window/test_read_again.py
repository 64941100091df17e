"""A kept answer in the window: its tile, reading it again, saving its file, dismissing it."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from studio.domain.entities import Job, JobState
from studio.ui.support.job_outcome import end_of
from tests.generation.earlier_process import left_behind
from tests.generation.harness import ANSWER, inline, parts
from tests.providers.answer_shapes import UNSHOWN
from tests.ui.answers import Answering
from tests.ui.window.test_put_away import shown_jobs
from tests.ui.windows import OpenedWindow, opened, until

HEIC = UNSHOWN["HEIC"][0]
BODY = json.dumps(parts(inline(HEIC))).encode()


async def tile_of(window: OpenedWindow, job: Job) -> Job:
    """The tile of a kept answer."""
    await until(window.core, lambda: len(shown_jobs(window)) == 1, "its tile")
    (shown,) = shown_jobs(window)
    assert (shown.id, shown.state) == (job.id, JobState.FAILED)
    return shown


async def test_a_kept_answer_says_what_it_is_and_is_read_again_after_a_restart(
    tmp_path: Path,
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY, mark="whole")
    for _start in range(2):
        async with opened(tmp_path) as window:
            tile = await tile_of(window, job)
            assert tile.failure is not None
            assert "HEIC" in tile.failure.title
            end = end_of(tile)
            assert [offer.action for offer in end.offers] == ["salvage", "discard"]
            names = [name for name, _label in window.jobs_controller.offers(tile)]
            assert names[:2] == ["salvage", "save-answer"]
            assert entry.body.read_bytes() == BODY
    # As an update would: from now on it can be read.
    entry.body.write_bytes(json.dumps(ANSWER).encode())
    async with opened(tmp_path) as window:
        window.jobs_controller.run_tile_action("salvage", await tile_of(window, job))
        await until(
            window.core,
            lambda: not shown_jobs(window) and window.model.rowCount() == 1,
            "its picture",
        )
        # The answer is removed after its picture is recorded.
        await until(window.core, lambda: not entry.folder.exists(), "the answer is removed")


async def test_the_file_of_a_kept_answer_is_saved_where_the_user_says(
    tmp_path: Path, answering: Answering
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY, mark="whole")
    out = tmp_path / "out"
    out.mkdir()

    async def choose(dialog: QFileDialog) -> int:
        dialog.setDirectory(str(out))
        dialog.selectFile(str(out))
        return 1

    answering(choose)
    async with opened(tmp_path) as window:
        tile = await tile_of(window, job)
        told: list[str] = []
        window.jobs_controller.told.connect(told.append)
        window.jobs_controller.run_tile_action("save-answer", tile)
        await until(window.core, lambda: told, "saved")
        (saved,) = out.iterdir()
        assert (saved.suffix, saved.read_bytes()) == (".heic", HEIC)
        assert str(out) in told[0]
        assert shown_jobs(window)
        assert entry.folder.is_dir()


async def test_a_dismissed_kept_answer_comes_back_by_undo_and_goes_at_the_next_start(
    tmp_path: Path,
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY, mark="whole")
    async with opened(tmp_path) as window:
        window.jobs_controller.run_tile_action("discard", await tile_of(window, job))
        await until(window.core, lambda: not shown_jobs(window), "dismissed")
        assert entry.folder.is_dir()
        window.pictures.undo()
        await until(window.core, lambda: len(shown_jobs(window)) == 1, "brought back")
        window.jobs_controller.run_tile_action("discard", shown_jobs(window)[0])
        await until(window.core, lambda: not shown_jobs(window), "dismissed again")
    async with opened(tmp_path) as window:
        await until(window.core, lambda: not entry.folder.exists(), "gone")
        assert shown_jobs(window) == []
