"""Names for files that leave the library: accepted by every system, and told apart by each."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.library.files.originals import collision_key, is_portable, portable_name
from tests.any_text import any_text


@given(any_text(max_size=300), st.sampled_from([".jpg", ".png", ".webp"]))
@example("con", ".jpg")
@example("CON.long name", ".jpg")
@example("lpt1 .x", ".png")
@example("com¹", ".png")
@example("..hidden", ".png")
@example("ends in a dot. . .", ".png")
@example("a" * 255, ".jpg")
@example("é" * 200, ".jpg")
@example("e\u0301" * 200, ".jpg")
@example("\U0001f469\u200d\U0001f680" * 60, ".jpg")
@example("right to left \u202egnp.exe", ".png")
@example("../../etc/passwd", ".png")
@example("C:\\x", ".png")
def test_any_text_becomes_a_name_that_every_system_accepts(text: str, extension: str) -> None:
    name = portable_name(text, extension)
    assert is_portable(name)
    assert name.endswith(extension)
    assert len(name.encode()) <= 255
    assert not name.startswith(".")
    assert name == unicodedata.normalize("NFC", name)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in name)
    assert portable_name(name.removesuffix(extension), extension) == name


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Harbour.JPG", "harbour.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
        ("straße.png", "STRASSE.png"),
        ("a.png.", "a.png"),
        ("a.png ", "A.PNG"),
        ("\u0131.png", "I.png"),
        ("\u212b.png", "\u00e5.png"),
    ],
)
def test_names_that_some_system_takes_for_the_same_have_one_key(name: str, other: str) -> None:
    assert collision_key(name) == collision_key(other)


def test_other_names_have_other_keys() -> None:
    names = ["a.png", "a-2.png", "b.png", "a.jpg", "ä.png"]
    assert len({collision_key(name) for name in names}) == len(names)


@pytest.mark.parametrize("odd", [".p:ng", "." + "x" * 400, ".", "./../x", ". png", ".\u202egpj"])
def test_what_is_no_extension_is_text(odd: str) -> None:
    name = portable_name("a", odd)
    assert is_portable(name)
    assert name.startswith("a")
