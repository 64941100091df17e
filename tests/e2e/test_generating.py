"""A prompt becomes pictures through a real service, and a run can be stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.canary import KEY
from tests.desktop.session import ROOT
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.notices import Notices
from tests.e2e.screen import wait_until
from tests.fake_service import FakeService, Reply

pytestmark = pytest.mark.desktop


@contextmanager
def service(record: Path) -> Iterator[str]:
    """A service in a process of its own; every request becomes a line of JSON in `record`."""
    command = [sys.executable, "-m", "tests.fake_service", "--record", str(record)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate(timeout=60)


def asked(record: Path) -> list[dict]:
    """What pictures were asked for."""
    if not record.exists():
        return []
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    return [line for line in lines if line["method"] == "POST"]


def start(user: Desktop, home: Path, address: str) -> DesktopProgram:
    options = ("--provider", "dgrid", "--base-url", address)
    return user.start(*options, home=home, GRIDBRUSH_API_KEY=KEY)


def test_a_prompt_becomes_a_picture_through_a_real_service(
    user: Desktop, home: Path, tmp_path: Path
) -> None:
    record = tmp_path / "requests"
    with service(record) as address:
        program = start(user, home, address)
        program.write("a ferry at night")
        # With the keyboard alone: ratios can be typed, arrows change a chip that is closed.
        user.reader.focus(program.wait_for("radio button", "1:1"))
        user.keys("1", "6", "colon", "9")
        wait_until(lambda: "checked" in program.wait_for("radio button", "16:9").states)
        user.reader.focus(program.wait_for("combo box", "Size"))
        user.keys("Down")
        wait_until(lambda: "2K" in program.wait_for("combo box", "Size").description)
        assert "$0.05" in program.generate.description
        user.reader.press(program.generate)
        (tile,) = program.wait_for_items(1, "16:9")
        assert "a ferry at night" in tile.name.lower()
        wait_until(lambda: originals(home), what="a file in the library")
        (request,) = asked(record)
        assert program.close() == 0
    body = json.loads(request["body"])
    assert request["path"].endswith(":generateContent")
    assert request["headers"]["authorization"] == f"Bearer {KEY}"
    assert body["generationConfig"]["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "2K"}
    assert body["contents"][-1]["parts"][-1]["text"] == "a ferry at night"
    assert "Not billed" not in tile.name
    assert KEY not in program.said()


def test_cancel_closes_the_connection(user: Desktop, home: Path) -> None:
    with FakeService() as slow:
        slow.script(Reply(wait=120))
        program = start(user, home, slow.url)
        program.write("a picture that takes for ever")
        user.click(program.generate)
        request = slow.wait_for(1)
        (tile,) = program.wait_for_items(1, "Waiting for the model")
        # The inspector tells of the selected job, and offers what the cross in its tile does.
        user.click(tile)
        user.click(program.wait_for("button", "Cancel"))
        assert request.gone.wait(60), "the connection was not closed"
        (tile,) = program.wait_for_items(1, "Cancelled")
        assert not originals(home)
        assert program.close() == 0


def test_a_run_that_ends_behind_other_windows_says_so(
    user: Desktop, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    with FakeService() as quick, Notices(user.session.bus) as notices:
        finished = threading.Event()
        quick.script(Reply(wait=finished))
        program = start(user, home, quick.url)
        program.write("a picture for later")
        user.click(program.generate)
        quick.wait_for(1)
        other = user.file_manager(folder)
        other.activate()
        wait_until(lambda: not program.active)
        finished.set()
        notice = notices.wait()
        assert notice.program == "Gridbrush"
        assert "1 picture" in f"{notice.title} {notice.text}"
        # Pressing it brings the window back.
        notices.press(notice)
        wait_until(lambda: program.active, what="the window comes to the front")
        assert program.close() == 0
