"""Work left by an earlier process is recovered, and reported, by the next command that writes."""

from __future__ import annotations

import json

import pytest

from tests.cli.program import CliProgram
from tests.generation.earlier_process import left_behind
from tests.generation.harness import ANSWER

pytestmark = pytest.mark.usefixtures("warm")


def test_an_answer_that_an_older_version_took_for_cut_is_said_once(program: CliProgram) -> None:
    left_behind(program.home, sent=True, body=json.dumps(ANSWER).encode(), mark="cut")
    painted = ("generate", "A lamp", "--provider", "sketch", "--model", "sketch")
    assert "1 answer marked incomplete is complete" in program(*painted).err
    assert "cut" not in program(*painted).err
    assert len(program("library", "list", "--json").events) == 3
