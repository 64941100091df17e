"""Word differences of two prompts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.word_diff import DiffKind, changes, compare, shared, worth_marking

S, A, R = DiffKind.SAME, DiffKind.ADDED, DiffKind.REMOVED


def told(before: str, after: str) -> list[tuple[DiffKind, str]]:
    return [(piece.change, piece.text) for piece in compare(before, after)]


def test_a_word_in_place_of_another_stands_after_it() -> None:
    assert told("an island at dawn, gouache", "an island at dusk, gouache") == [
        (S, "an island at "),
        (R, "dawn "),
        (A, "dusk"),
        (S, ", gouache"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("same words", "same words", [(S, "same words")]),
        ("", "new", [(A, "new")]),
        ("old", "", [(R, "old")]),
        ("", "", []),
        ("a red car", "a car", [(S, "a "), (R, "red "), (S, "car")]),
        ("a car red", "a car", [(S, "a car"), (R, " red")]),
        ("a car", "a fast car", [(S, "a "), (A, "fast"), (S, " car")]),
        ("猫が走る", "犬が走る", [(R, "猫 "), (A, "犬"), (S, "が走る")]),
        ("  outer space ", "outer space", [(S, "outer space")]),
    ],
)
def test_additions_removals_and_their_spaces(
    before: str, after: str, expected: list[tuple[DiffKind, str]]
) -> None:
    assert told(before, after) == expected


def test_a_lone_comma_does_not_split_one_change_in_two() -> None:
    pieces = compare("sky blue, calm here", "sky red, wild here")
    assert [piece.text.strip() for piece in pieces if piece.change is R] == ["blue, calm"]


def test_only_what_differs_comes_in_pairs() -> None:
    assert changes("a big lamp at dusk in fog", "a lamp at blue hour in dense fog") == (
        ("big", ""),
        ("dusk", "blue hour"),
        ("", "dense"),
    )


def test_marks_are_kept_for_texts_that_share_enough() -> None:
    assert worth_marking("a lighthouse at dawn in fog", "a lighthouse at dusk in fog")
    assert not worth_marking("a lighthouse at dawn", "three bottles on a table")
    assert not worth_marking("the same", "the same ")
    assert not worth_marking("", "anything")
    assert shared("a b c d", "a b c d") == 1.0


words = st.text(alphabet="ab ,.猫é\n", max_size=40)


@given(words, words)
@settings(max_examples=200, deadline=None)
def test_what_is_not_removed_is_the_new_text(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert "".join(p.text for p in pieces if p.change is not R) == after.strip()
    assert all(piece.text for piece in pieces)


@given(words, words)
@settings(max_examples=200, deadline=None)
def test_what_is_not_added_has_all_words_of_the_old_text(before: str, after: str) -> None:
    kept = "".join(p.text for p in compare(before, after) if p.change is not A)
    assert "".join(kept.split()) == "".join(before.split())
