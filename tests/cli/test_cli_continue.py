"""`generate --continue`: an edit that continues a conversation."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.cli.conftest import ids
from tests.cli.program import KEY, CliProgram, Result
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import inline, parts

pytestmark = pytest.mark.usefixtures("warm")

FIRST, SECOND = tiny_png(16, 16), tiny_png(24, 16)
SIGNATURE = base64.b64encode(b"s" * 6000).decode()
BANANA = "gemini-nano-banana-2.1"


def ask(program: CliProgram, service: FakeService, *words: str) -> Result:
    return program(
        *("generate", *words, "--json", "--base-url", service.url, "--provider", "dgrid"),
        env={"GRIDBRUSH_API_KEY": KEY},
    )


def contents(service: FakeService, number: int) -> Any:
    return [one for one in service.requests if one.method == "POST"][number].json["contents"]


def test_a_picture_is_gone_on_with_and_show_says_how_far(
    program: CliProgram, service: FakeService
) -> None:
    service.script(Reply(body=parts(inline(FIRST, thoughtSignature=SIGNATURE))))
    (first,) = ids(ask(program, service, "A lamp", "--model", BANANA))
    service.script(Reply(body=parts(inline(SECOND))))
    again = ask(program, service, "now at night", "--model", BANANA, "--continue", first[-8:])
    assert again.code == 0
    (second,) = ids(again)
    assert [one["role"] for one in contents(service, 1)] == ["user", "model", "user"]
    assert contents(service, 1)[1]["parts"] == [inline(FIRST, thoughtSignature=SIGNATURE)]
    (shown,) = program("library", "show", second, "--json").events
    assert (shown["turns"], shown["continues"]) == (2, first)
    assert [parent["picture"] for parent in shown["parents"]] == [first]
    assert "Conversation turns: 2" in program("library", "show", second).out


def test_another_model_gets_the_picture_alone_and_edit_never_goes_on(
    program: CliProgram, service: FakeService
) -> None:
    service.script(Reply(body=parts(inline(FIRST))))
    (first,) = ids(ask(program, service, "A lamp", "--model", BANANA))
    other = ask(program, service, "redder", "--model", "gemini-3-pro-image", "--continue", first)
    assert other.code == 0
    assert "only the picture is sent" in other.err
    edited = ask(program, service, "bluer", "--model", BANANA, "--edit", first)
    assert edited.code == 0
    assert "alone" not in edited.err
    for number in (1, 2):
        (only,) = contents(service, number)
        assert "inlineData" in only["parts"][0]


def test_without_a_model_the_one_that_made_the_picture_goes_on(
    shelf: tuple[CliProgram, Result], copied: CliProgram
) -> None:
    first = ids(shelf[1])[0]
    done = copied("generate", "at night", "--continue", first, "--size", "512", "--json")
    assert done.code == 0
    (shown,) = copied("library", "show", ids(done)[0], "--json").events
    assert (shown["provider"], shown["model"]) == ("sketch", "sketch")
    assert [parent["picture"] for parent in shown["parents"]] == [first]
    # The painter listens to no conversation, and that is said.
    assert shown["turns"] is None
    assert "only the picture is sent" in done.err


def test_edit_and_continue_together_are_wrong_usage(program: CliProgram) -> None:
    done = program("generate", "x", "--edit", "abcd", "--continue", "abcd")
    assert done.code == 2
    assert "not allowed with" in done.err
