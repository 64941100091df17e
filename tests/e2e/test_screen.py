"""Waiting for widgets on the screen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.e2e import screen


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between looks, none of which is made."""
    made: list[float] = []
    scripted = SimpleNamespace(sleep=made.append, monotonic=lambda: sum(made))
    monkeypatch.setattr(screen, "time", scripted)
    return made


def test_what_takes_long_is_looked_at_less_often(pauses: list[float]) -> None:
    looks = iter(range(100))
    assert screen.wait_until(lambda: next(looks) == 40)
    assert pauses[0] == screen.POLL
    assert pauses == sorted(pauses)
    assert pauses[-1] == screen.LONGEST_POLL


def test_what_is_there_is_not_waited_for(pauses: list[float]) -> None:
    assert screen.wait_until(lambda: "there") == "there"
    assert pauses == []


def test_what_never_comes_is_said(pauses: list[float]) -> None:
    with pytest.raises(AssertionError, match="within 60 s: a window"):
        screen.wait_until(lambda: False, hang=60, what="a window")
    assert 60 < sum(pauses) < 60 + 2 * screen.LONGEST_POLL
