"""The letters of menus and dialogs: each once, of the text if it has any."""

from __future__ import annotations

import pytest

from studio.ui.support import mnemonics


def test_first_letters_go_before_others() -> None:
    texts = ["File", "Edit", "Picture", "View", "Library", "Help"]
    assert mnemonics.letters(texts) == ["f", "e", "p", "v", "l", "h"]
    assert mnemonics.letters(["Copy", "Copy prompt", "Copy seed"]) == ["c", "p", "s"]


def test_a_letter_is_given_once_and_moved_for_a_text_without_another() -> None:
    # "a" has only the letter that the first one would like best.
    assert mnemonics.letters(["ab", "a"]) == ["b", "a"]
    assert mnemonics.letters(["a", "a"]) == ["a", ""]


def test_digits_count() -> None:
    assert mnemonics.letters(["1 star", "2 stars", "3 stars"]) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["ファイル", "編集"], ["f", "e"]),
        (["Überblick", "Öffnen"], ["b", "f"]),
        (["ملف", "تحرير"], ["م", "ت"]),
    ],
)
def test_letters_are_those_of_a_keyboard(texts: list[str], expected: list[str]) -> None:
    assert mnemonics.letters(texts, ["file", "edit"]) == expected


@pytest.mark.parametrize(
    ("text", "letter", "shown"),
    [
        ("Save as…", "a", "Save &as…"),
        ("Rock & roll", "r", "&Rock && roll"),
        ("R & D", "d", "R && &D"),
        ("ファイル", "f", "ファイル (&F)"),
        ("Quit", "", "Quit"),
        ("A && B", "", "A &&&& B"),
    ],
)
def test_a_mark_leaves_the_text_as_it_is(text: str, letter: str, shown: str) -> None:
    assert mnemonics.marked(text, letter) == shown
    if "(" not in shown:
        assert mnemonics.plain(shown) == text
