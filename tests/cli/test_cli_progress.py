"""Messages of the command line while it waits for a late answer or a rate limit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.program import KEY, CliProgram, Result
from tests.fake_service import FakeService, Reply

pytestmark = pytest.mark.usefixtures("warm")

MODEL = "gemini-nano-banana-2.1"


def settle(program: CliProgram, **settings: Any) -> None:
    folder = program.home / "config"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps({"version": 1, **settings}))


def generate(program: CliProgram, service: FakeService, *more: str) -> Result:
    words = ("generate", "A lamp", "--provider", "dgrid", "--base-url", service.url)
    return program(*words, "--model", MODEL, *more, env={"GRIDBRUSH_API_KEY": KEY})


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["lines", "json"])
def test_a_late_answer_is_said_once_and_is_a_picture_like_any_other(
    program: CliProgram, service: FakeService, more: tuple[str, ...]
) -> None:
    settle(program, time_out=0.2)
    service.script(Reply(wait=1.0))
    result = generate(program, service, *more)
    assert result.code == 0, result.err
    assert result.err.count("later than expected") == 1
    assert "later than expected" not in result.out
    (listed,) = json.loads(f"[{program('library', 'list', '--json').out.strip()}]")
    shown = json.loads(program("library", "show", listed["id"], "--json").out)
    assert shown["late"] is True
    assert shown["warnings"] == []
    assert "Later than expected: yes" in program("library", "show", listed["id"]).out


def test_an_answer_in_time_is_not_called_late(program: CliProgram, service: FakeService) -> None:
    result = generate(program, service, "--json")
    assert "later" not in result.err
    (image,) = result.only("image")
    assert json.loads(program("library", "show", image["id"], "--json").out)["late"] is False


def test_a_long_wait_is_reported_with_its_end(program: CliProgram, service: FakeService) -> None:
    busy = Reply(429, {"error": {"message": "slow down"}}, {"Retry-After": "7200"})
    service.script(busy, busy)
    result = generate(program, service, "--json")
    assert result.code == 7
    (failed,) = result.only("failed")
    assert (failed["kind"], failed["billed"]) == ("rate_limited", "no")
    assert failed["retry_at"] > 1e9
    assert "2 hours" in failed["hint"], failed
    told = generate(program, service)
    assert told.code == 7
    assert "accepts no requests before" in told.err
    assert len(service.requests) == 2
