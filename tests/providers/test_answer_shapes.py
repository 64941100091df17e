"""Every shape, stream and text of `answer_shapes` becomes its pictures, byte for byte."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import StudioError
from studio.providers.base import Answer
from studio.providers.gemini.scan import GeminiScanner
from tests.providers.answer_shapes import (
    JSON_PART,
    PIECES,
    PNG_PART,
    SHAPES,
    STREAMS,
    WORDS,
    A,
    B,
    answer,
    b64,
    bytes_of,
    called,
    divided,
    in_lines,
    inline,
    multipart,
    noise,
    said,
    wrapped,
)
from tests.providers.test_cases_answers import body, read, reader

__all__ = ["body", "read"]

Read = Callable[..., Answer]


def pictures(found: Answer, body: Path) -> list[bytes]:
    return [b"".join(one.chunks(body)) for one in found.pictures if not one.url]


@pytest.mark.parametrize("name", SHAPES)
def test_a_picture_is_found_wherever_it_is(read: Read, body: Path, name: str) -> None:
    value, expected = SHAPES[name]
    found = read(bytes_of(value))
    assert pictures(found, body) == expected
    assert [one.url for one in found.pictures if one.url] == []
    assert found.results


LINK = "https://h.org/made.png?sig=1"


@pytest.mark.parametrize(
    "value",
    [
        called(json.dumps({"url": LINK})),
        answer({"functionCall": {"name": "show", "args": {"image_url": LINK}}}),
        {"output": [{"type": "function_call_output", "output": json.dumps({"url": LINK})}]},
        {"status": "Ready", "result": {"sample": LINK}},
        {"status": "done", "input": {"image": "https://h.org/in.png"}, "made_picture": LINK},
        multipart((("Content-Type: text/plain",), LINK.encode())),
        multipart((JSON_PART, bytes_of({"data": [{"url": LINK}]}))),
    ],
)
def test_an_address_is_found_wherever_it_is(read: Read, value: object) -> None:
    found = read(bytes_of(value))
    assert [one.url for one in found.pictures] == [LINK]


@pytest.mark.parametrize(
    "value",
    [
        {"output": [{"type": "web_search_call", "results": [{"image": b64(B)}]}]},
        {"content": [{"type": "web_search_tool_result", "content": [{"image": b64(B)}]}]},
        {
            "original_image": "https://h.org/in.png",
            "avatar": "https://h.org/me.png",
            "output": None,
        },
        {"messages": [{"role": "user", "content": [{"type": "image", "data": b64(B)}]}]},
        {"tools": [{"function": {"example": b64(B)}}], "choices": [{"message": {"content": "No"}}]},
    ],
)
def test_what_was_found_or_sent_is_no_result(read: Read, value: object) -> None:
    with pytest.raises(StudioError):
        read(bytes_of(value))


def test_words_before_the_first_part_need_the_header(read: Read, body: Path) -> None:
    data = b"This is a message in MIME format.\r\n\r\n" + multipart((PNG_PART, A))
    found = read(data, content_type='multipart/related; boundary="=_b1"; type="image/png"')
    assert pictures(found, body) == [A]


def test_what_is_beside_a_part_is_read_too(read: Read) -> None:
    usage = {"prompt_tokens": 4, "completion_tokens": 1120, "total_tokens": 1124}
    found = read(multipart((JSON_PART, bytes_of({"usage": usage})), (PNG_PART, A)))
    assert found.usage is not None
    assert found.usage.image_tokens == 1120
    error = {"error": {"message": "The picture could not be made"}}
    with pytest.raises(StudioError) as caught:
        read(multipart((JSON_PART, bytes_of(error))))
    assert caught.value.message == "The picture could not be made"


def test_an_unknown_picture_in_small_pieces_is_kept(read: Read) -> None:
    some = [{"type": "piece", "bit": one} for one in divided(b64(b"unknown" * 900), 500)]
    with pytest.raises(StudioError) as caught:
        read({"output": some})
    assert not caught.value.answered


@pytest.mark.parametrize("name", STREAMS)
def test_a_picture_is_found_in_every_stream(read: Read, body: Path, name: str) -> None:
    data, expected = STREAMS[name]
    found = read(data)
    assert pictures(found, body) == expected
    if expected == [A] and not name.startswith(("chat", "inline")):
        assert found.words == "Here it is"
        assert found.usage is not None


@pytest.mark.parametrize("name", WORDS)
def test_a_picture_is_found_in_words(read: Read, body: Path, name: str) -> None:
    text, expected = WORDS[name]
    found = read(said(text))
    assert pictures(found, body) == expected
    assert "base64," not in found.words
    assert max(map(len, found.words.split()), default=0) < 40


KINDS = {kind: noise(kind, 20) for kind in ("PNG", "JPEG", "WEBP", "GIF")}


@settings(max_examples=120, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    column=st.integers(16, 200),
    newline=st.sampled_from(["\n", "\r\n", "\r", "\n\t", "\\n", "\\r\\n", "%0A", "&#10;"]),
    padded=st.booleans(),
    around=st.sampled_from(["![x]({})", '<img src="{}">', "({})", "`{}`", "see\n{}\n\nthere"]),
)
def test_any_column_and_newline_reads_the_same_picture(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    column: int,
    newline: str,
    padded: bool,
    around: str,
) -> None:
    text = b64(KINDS[kind])
    data = wrapped(text if padded else text.rstrip("="), column, newline)
    url = f"data:image/{kind.lower()};base64,{data}"
    place = tmp_path_factory.mktemp("body") / "body"
    found = reader(place)(said(around.format(url)))
    assert pictures(found, place) == [KINDS[kind]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 50_000), max_size=6), st.sampled_from(sorted(STREAMS)))
def test_a_stream_is_the_same_in_any_pieces(cuts: list[int], name: str) -> None:
    data, _expected = STREAMS[name]
    whole, pieces = GeminiScanner(), GeminiScanner()
    whole.feed(data)
    edges = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        pieces.feed(data[start:end])
    one, other = whole.finish(), pieces.finish()
    assert (one.value, one.complete, one.trailing) == (other.value, other.complete, other.trailing)


def test_a_stream_in_lines_has_not_ended_with_its_first_line() -> None:
    scanner = GeminiScanner()
    scanner.feed(in_lines(PIECES[:1]))
    assert not scanner.ended
    scanner.feed(in_lines(PIECES[1:]))
    assert scanner.ended


def test_lines_that_break_off_are_incomplete() -> None:
    scanner = GeminiScanner()
    scanner.feed(in_lines(PIECES)[:-400])
    assert not scanner.finish().complete


@pytest.mark.parametrize(
    "name", ["response.image_generation_call.partial_image", "image_generation.partial_image"]
)
def test_a_preview_of_a_stream_is_a_draft(read: Read, body: Path, name: str) -> None:
    field = "partial_image_b64" if name.startswith("response") else "b64_json"
    found = read(
        in_lines([
            {"type": name, field: b64(B), "partial_image_index": 0},
            {"type": "image_generation.completed", "b64_json": b64(A)},
        ])
    )  # fmt: skip
    assert pictures(found, body) == [B, A]
    assert [one.draft for one in found.pictures] == [True, False]


@pytest.mark.parametrize(
    "page",
    [
        b"<html><img src='data:image/png;base64," + b64(A).encode() + b"'>Sign in</html>",
        b"Bad gateway",
        b"\x00\x01\x02\x03" * 900,
    ],
)
def test_what_is_no_answer_gives_no_picture(read: Read, page: bytes) -> None:
    with pytest.raises(StudioError):
        read(page, content_type="text/html")


@pytest.mark.parametrize(
    "words",
    [
        "UklGR is how a WebP begins, /9j/ a JPEG, iVBORw0KGgo a PNG.",
        "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEA",
        "Write data:image/png;base64, and then the picture.",
    ],
)
def test_words_about_pictures_are_words(read: Read, words: str) -> None:
    found = read(answer({"text": words}, inline(A)))
    assert len(found.pictures) == 1
    assert found.words == words


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_text_behind_one_long_line_stays_out_of_it(read: Read, body: Path, kind: str) -> None:
    text = b64(KINDS[kind]).rstrip("=")
    found = read(said(f"data:image/png;base64,{text}\nEnjoy\n"))
    assert pictures(found, body) == [KINDS[kind]]
    assert found.words.strip() == "Enjoy"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_text_behind_lines_that_are_all_full_stays_out_of_them(
    read: Read, body: Path, kind: str
) -> None:
    sizes = (noise(kind, size) for size in range(20, 60))
    data, column = next(
        (data, column)
        for data in sizes
        for column in range(20, 100)
        if len(data) % 3 == 0 and len(b64(data)) % column == 0
    )
    found = read(said(f"data:image/png;base64,{wrapped(b64(data), column)}\nEnjoy\n"))
    assert pictures(found, body) == [data]


def test_a_body_of_a_picture_needs_no_json(read: Read, body: Path) -> None:
    assert pictures(read(A, content_type="image/png"), body) == [A]
    assert json.dumps(read(A).words) == '""'


@pytest.mark.parametrize(
    "words",
    [
        "x " * 3000 + b64(b"nothing that is known " * 200),
        "x " * 3000 + wrapped(b64(b"nothing that is known " * 200), 76),
    ],
)
def test_long_words_that_may_hold_a_picture_are_not_let_go(read: Read, words: str) -> None:
    with pytest.raises(StudioError) as caught:
        read(said(words))
    assert not caught.value.answered


def test_long_words_are_let_go(read: Read) -> None:
    with pytest.raises(StudioError) as caught:
        read(answer({"text": "I cannot do that. " * 900, "thoughtSignature": b64(b"sig" * 2000)}))
    assert caught.value.answered
