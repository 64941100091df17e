"""The short version of `make torture`: every part that is quick, a little of each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.torture import __main__ as torture
from tests.torture import faults

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and reads /proc")


@pytest.mark.parametrize(
    "part", [part for part in torture.PARTS if part.short], ids=lambda p: p.name
)
def test_a_little_of_each_part(tmp_path: Path, part: torture.Part) -> None:
    assert part.call(tmp_path / "part", part.short) >= part.short


def test_there_are_sixty_ways_to_answer_wrongly() -> None:
    assert len(faults.scripts()) >= 60
