"""Roles of `generate`: sent with their sentences, and shown as they were sent."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.cli.program import KEY, CliProgram
from tests.fake_service import FakeService, tiny_png

pytestmark = pytest.mark.usefixtures("warm")

ENV = {"GRIDBRUSH_API_KEY": KEY}
STYLE = "Paint like this picture. Take its brush and paper, not its objects."


def test_references_are_numbered_in_the_order_given_and_shown_as_sent(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    pictures: dict[str, Path] = {}
    for place, option in enumerate(("palette", "ref", "style", "composition", "subject"), 1):
        pictures[option] = tmp_path / f"{option}.png"
        pictures[option].write_bytes(tiny_png(colour=bytes([place, 9, 9])))
    given = [word for option, path in pictures.items() for word in (f"--{option}", path)]
    result = program(
        *("generate", "A lamp", "--provider", "dgrid", "--base-url", service.url),
        *("--model", "gemini-nano-banana-2.1", "--json", *given),
        env=ENV,
    )
    assert result.code == 0, result.err
    (request,) = service.requests
    *sent, text = request.json["contents"][0]["parts"]
    data = [base64.b64decode(one["inlineData"]["data"]) for one in sent]
    assert data == [path.read_bytes() for path in pictures.values()]
    assert text["text"] == (
        "Picture [1]: Use these colours and their shades, no others.\n"
        f"Picture [3]: {STYLE}\n"
        "Picture [4]: Arrange it like this.\n"
        "Picture [5]: Show this thing, the same in its proportions.\n\n"
        "A lamp"
    )
    id = result.only("image")[0]["id"]
    (shown,) = program("library", "show", id, "--json").events
    assert shown["prompt"] == "A lamp"
    assert [one["role"] for one in shown["parents"]] == [
        "palette",
        "free",
        "style",
        "composition",
        "subject",
    ]
    assert [one.get("sentence") for one in shown["parents"]][1:3] == [None, STYLE]
    assert f"style style ({STYLE})" in program("library", "show", id).out


def test_a_command_ignores_the_sentences_of_the_window(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    settings = program.home / "config" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"version": 1, "role_sentences": {"style": "Of the window."}}')
    picture = tmp_path / "a.png"
    picture.write_bytes(tiny_png())
    result = program(
        *("generate", "A lamp", "--provider", "dgrid", "--base-url", service.url),
        *("--model", "gemini-nano-banana-2.1", "--json", "--style", picture),
        env=ENV,
    )
    assert result.code == 0, result.err
    (request,) = service.requests
    assert request.json["contents"][0]["parts"][-1]["text"].startswith(f"Picture [1]: {STYLE}")
