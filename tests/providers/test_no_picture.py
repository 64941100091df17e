"""What may be a picture in a text, found in windows and with each run of characters read once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers.gemini import no_picture

PLAIN = re.compile(
    rb"base64\s*,|[A-Za-z0-9+/_-]{1024}|(?:[A-Za-z0-9+/_-]{40,200}(?:\\{1,4}[nrt]|\s){1,8}){12}",
    re.IGNORECASE,
)
"""The same, as one would write it: it reads long runs again from each of their characters."""

RUNS = st.builds(
    lambda sign, count: sign * count,
    st.sampled_from([b"A", b"b", b"/", b"_", b"n"]),
    st.sampled_from([1, 3, 39, 40, 41, 199, 200, 201, 240, 1023, 1024, 1025]),
)
SPACES = st.sampled_from(
    [
        b" ",
        b"\n",
        b"\r\n",
        b"\\n",
        b"\\\\n",
        b"\\r\\n",
        b"\\" * 5 + b"n",
        b" " * 8,
        b" " * 9,
        b".",
        b"",
    ]
)
LINES = st.builds(
    lambda first, line, space, count, last: first + (line + space) * count + last,
    RUNS,
    RUNS,
    SPACES,
    st.integers(9, 14),
    RUNS,
)
"""Lines of one kind, as base64 has them."""

WORDS = st.sampled_from([b"base64", b",", b"="])
TEXTS = LINES | st.lists(RUNS | SPACES | WORDS, max_size=40).map(b"".join)


def found(text: bytes) -> bool:
    return any(map(no_picture.may_hold_a_picture, no_picture.windows((text,))))


@given(TEXTS)
def test_runs_that_are_read_once_are_found_as_before(text: bytes) -> None:
    assert no_picture.may_hold_a_picture(text) == bool(PLAIN.search(text))


@given(st.binary(max_size=300))
def test_any_bytes_are_searched_as_by_the_pattern(text: bytes) -> None:
    assert no_picture.may_hold_a_picture(text) == bool(no_picture.MAYBE_PICTURE.search(text))


def test_texts_without_runs_are_told_from_pictures_without_the_pattern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pattern reads a millisecond at a time, in which no other thread goes on."""
    monkeypatch.setattr(no_picture, "MAYBE_PICTURE", None)
    for text in (
        "\u202e\x1b[31m<b>" * 9000,
        "Here is a lighthouse at dusk. " * 4000,
        "x,y;" * 9000,
    ):
        assert not found(text.encode())


@given(TEXTS, st.integers(0, 3 * no_picture.SEARCHED))
def test_the_border_of_two_windows_hides_nothing(text: bytes, before: int) -> None:
    if PLAIN.search(text):
        assert found(b"." * before + text)


@pytest.mark.parametrize("before", range(8192 - 4100, 8192 + 4, 97))
@pytest.mark.parametrize("what", [b"base64,", b"A" * 1024, (b"A" * 200 + b"\\n") * 12])
def test_what_lies_across_two_windows_is_found(what: bytes, before: int) -> None:
    assert found(b"." * before + what + b"." * 9000)


def test_no_window_is_long() -> None:
    windows = list(no_picture.windows((b"a" * 100_000, b"", b"b" * 5)))
    assert max(map(len, windows)) <= no_picture.SEARCHED + no_picture.OVERLAP
    assert len(windows) < 20
