"""The beginning of a picture in a text is looked for with the pattern only where it may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.providers.gemini.text_pictures import START, may_start

STARTS = [
    b"data:image/png;base64,", b"DATA:image/jpeg;charset=x;BASE64,", b"data:;base64 ,", b"base64,",
    b"iVBORw0KGgo", b"/9j/4AAQ", b"_9j_4AAQ", b"\\/9j\\/4AAQ", b"/9j/2", b"/9j/x", b"9j", b"UklGR",
    b"R0lGODdh", b"R0lGODlh", b"R0lGODx", b"AAAAIGZ0eX", b"AAAADEpYTCA", b"AAAADGpQICA", b"SUkqA",
    b"TU0AK", b"ivborw0kggo", b"uklgr",
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(STARTS) | st.sampled_from([b" ", b"a", b"\\n", b"\\", b'"', b"\\u00e4"])
    | st.binary(max_size=3),
    max_size=12,
).map(b"".join)  # fmt: skip


@given(TEXTS)
def test_no_start_of_a_picture_is_passed_over(text: bytes) -> None:
    assert may_start(text) or START.search(text) is None


def test_every_start_is_found_by_the_pattern_or_is_none() -> None:
    found = [one for one in STARTS if START.search(one)]
    assert len(found) > 12
    assert all(map(may_start, found))


def test_texts_of_people_are_not_searched_with_the_pattern() -> None:
    for text in (
        "\u202e\x1b[31m<b>",
        "Here is a lighthouse at dusk. ",
        "https://x.example/a?b=c&d",
    ):
        assert not may_start((text * 400).encode())
