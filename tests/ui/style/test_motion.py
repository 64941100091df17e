"""Everything that moves by itself is known here: it is progress, or it asks whether it may."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source_files import nodes, parsed, texts_with

UI = Path(__file__).resolve().parents[3] / "studio" / "ui"

ANIMATIONS = {
    "QPropertyAnimation", "QVariantAnimation", "QSequentialAnimationGroup",
    "QParallelAnimationGroup", "QTimeLine", "QMovie",
}  # fmt: skip

KNOWN = {
    "widgets/toast.py": "rises within `duration`, which is 0",
    "widgets/signs.py": "the spinner asks `animates`",
    "views/gallery/animation.py": "runner and fade ask `animates`; seconds of a job are progress",
    "views/compare/pane_group.py": "pictures shown in turn ask `animates`",
    "views/gallery/pointer.py": "scrolls while the user drags to an edge",
    "views/tree/canvas.py": "seconds of a job: progress",
    "views/canvas/film_strip.py": "seconds of a job: progress",
    "panels/inspector/job_page.py": "seconds of a job: progress",
    "panels/status_bar/queue_popover.py": "seconds of jobs: progress",
    "controllers/only_here.py": "seconds of a job: progress",
    "app/gc_timer.py": "shows nothing",
    "app/event_loop.py": "shows nothing",
    "support/clipboard.py": "shows nothing",
}
"""Modules with something that repeats, and why it may."""


def repeats(source: str) -> Iterator[int]:
    """Lines where a timer or animation begins that is no single shot."""
    for node in nodes(parsed(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        single = any(
            key.arg == "singleShot"
            and isinstance(key.value, ast.Constant)
            and key.value.value is True
            for key in node.keywords
        )
        if name in ANIMATIONS or name == "startTimer" or (name == "QTimer" and not single):
            yield node.lineno


def test_everything_that_moves_by_itself_is_known() -> None:
    found = {
        name
        for name, source in texts_with(*ANIMATIONS, "startTimer", "QTimer", folder=UI)
        if any(repeats(source))
    }
    assert found == KNOWN.keys()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("QTimer(self, interval=50)", 1),
        ("QTimer(self, singleShot=True, interval=50)", 0),
        ("QTimer.singleShot(0, go)", 0),
        ("QPropertyAnimation(self, b'pos')", 1),
        ("self.startTimer(0)", 1),
    ],
)
def test_what_repeats_is_found(source: str, found: int) -> None:
    assert len(list(repeats(source))) == found
