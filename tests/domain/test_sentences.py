"""Sentences of roles, and the lines in which they are sent."""

from __future__ import annotations

import pytest

from studio.common.errors import InputError
from studio.domain import sentences
from studio.domain.entities import Role


def test_a_changed_sentence_replaces_the_default_and_an_empty_one_sends_nothing() -> None:
    found = sentences.with_changes({"style": "Mine.", "palette": "", "later": "x"})
    assert found[Role.STYLE] == "Mine."
    assert found[Role.PALETTE] == ""
    assert found[Role.SUBJECT] == sentences.DEFAULTS[Role.SUBJECT]
    assert {*found} == {Role.SUBJECT, Role.STYLE, Role.PALETTE, Role.COMPOSITION}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  In\tmy\r\nstyle. ", "In my style."), ("\0", ""), ("灯台のように", "灯台のように")],
)
def test_a_sentence_is_one_line_without_control_characters(given: str, kept: str) -> None:
    assert sentences.cleaned(given) == kept
    assert sentences.is_valid(kept)


def test_a_long_sentence_is_refused() -> None:
    assert sentences.cleaned("x" * sentences.MOST)
    with pytest.raises(InputError, match="too long"):
        sentences.cleaned("x" * (sentences.MOST + 1))
    assert not sentences.is_valid("x" * (sentences.MOST + 1))


@pytest.mark.parametrize("bad", ["a\nb", "a\0", "\ud800", "a\u2028b"])
def test_a_stored_sentence_with_control_characters_is_invalid(bad: str) -> None:
    assert not sentences.is_valid(bad)


@pytest.mark.parametrize("prompt", ["", "a lamp", "two\nlines\n\nand more", "Picture [9] alone"])
@pytest.mark.parametrize("said", [{1: "One."}, {1: "One.", 12: "Use [1], not {this | that}."}])
def test_lines_are_read_as_they_were_written(said: dict[int, str], prompt: str) -> None:
    lines = "\n".join(sentences.label(number) + one for number, one in said.items())
    text = f"{lines}\n\n{prompt}" if prompt else lines
    assert sentences.read_lines(text) == (said, prompt)


@pytest.mark.parametrize(
    "prompt", ["", "a lamp", "Picture [1]: red\nand blue", "picture [1]: red", "\n\nPicture [1]: x"]
)
def test_a_prompt_alone_has_no_lines(prompt: str) -> None:
    assert sentences.read_lines(prompt) == ({}, prompt)
