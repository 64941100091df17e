"""Collecting garbage between tests does not take longer with every file that was run."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest


class KeptAlive:
    """Something that a test leaves."""


def looked_at(one: object) -> bool:
    """Whether the next collection would look at it."""
    return any(other is one for other in gc.get_objects())


@pytest.fixture
def between(pytestconfig: pytest.Config) -> Any:
    """What the suite does after a test."""
    own = Path(__file__).with_name("conftest.py")
    (plugin,) = [
        one
        for one in pytestconfig.pluginmanager.get_plugins()
        if str(getattr(one, "__file__", "")) == str(own)
    ]
    return plugin.pytest_runtest_teardown


@pytest.fixture
def kept() -> KeptAlive:
    made = KeptAlive()
    assert looked_at(made)
    return made


class Elsewhere:
    """A test of another file, as far as it matters."""

    path = Path(__file__).with_name("test_elsewhere.py")


@pytest.mark.parametrize("after", [None, Elsewhere()], ids=["the last", "another file"])
def test_what_a_file_leaves_is_not_looked_at_again(
    request: pytest.FixtureRequest, between: Any, kept: KeptAlive, after: object
) -> None:
    between(request.node, after)
    assert not looked_at(kept)


def test_within_a_file_garbage_is_found(
    request: pytest.FixtureRequest, between: Any, kept: KeptAlive
) -> None:
    for _number in range(10):
        between(request.node, request.node)
    assert looked_at(kept)


def test_what_others_thawed_is_left_out_again(
    request: pytest.FixtureRequest, between: Any, kept: KeptAlive
) -> None:
    gc.unfreeze()
    assert looked_at(pytest)
    between(request.node, None)
    assert not looked_at(pytest)
