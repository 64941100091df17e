"""A cut answer becomes complete JSON, at whatever byte it was cut."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.generation.partial_json import mended
from studio.providers.base import SpilledString
from studio.providers.gemini.scan import GeminiScanner
from tests.any_text import any_text
from tests.generation.harness import ANSWER, inline, parts

_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text(),
    lambda inner: st.lists(inner) | st.dictionaries(any_text(), inner),
    max_leaves=12,
)


def _every_prefix(text: bytes) -> None:
    for end in range(1, len(text) + 1):
        found = mended(text[:end])
        if found is None:
            assert not text[:end].strip(), text[:end]
            continue
        json.loads(found)
    assert json.loads(mended(text) or b"") == json.loads(text)


def test_every_prefix_of_an_answer_can_be_read() -> None:
    _every_prefix(json.dumps(ANSWER).encode())
    _every_prefix(json.dumps(ANSWER, indent=2).encode())


# Each example is as many cases as it has bytes: 30 find every change of the code that 150 find.
@settings(max_examples=40, deadline=None)
@given(st.dictionaries(any_text(), _VALUES), st.booleans())
def test_every_prefix_of_any_object_can_be_read(value: dict[str, Any], ascii_: bool) -> None:
    _every_prefix(json.dumps(value, ensure_ascii=ascii_).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("uri", [False, True])
def test_a_cut_picture_keeps_whole_groups_of_base64(uri: bool) -> None:
    data = bytes(range(256)) * 20
    text = base64.b64encode(data).decode()
    value = f"data:image/png;base64,{text}" if uri else text
    body = json.dumps({"image": value}).encode()
    for end in range(len(body) - 40, len(body) - 3):
        found = json.loads(mended(body[:end]) or b"")["image"].rpartition(",")[2]
        assert len(found) % 4 == 0
        assert data.startswith(base64.b64decode(found, validate=True))


def test_of_a_stream_the_events_before_the_last_stand() -> None:
    first = json.dumps(parts({"text": "Words"}))
    second = json.dumps(parts(inline(bytes(300))))
    body = f"data: {first}\n\ndata: {second}".encode()
    assert mended(body[:40]) is not None
    found = (mended(body[:-50]) or b"").decode()
    lines = [line.partition(":")[2] for line in found.splitlines() if line.startswith("data:")]
    assert json.loads(lines[0]) == json.loads(first)
    json.loads(lines[1])


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"<html><body>", b"upstream error", b"}{", b": ping"]
)
def test_what_is_no_json_is_not_mended(body: bytes) -> None:
    assert mended(body) is None


_STREAMS = ["data: {}", "data:{}", "data:  {}", "event: a\ndata:{}", "retry: 5\n\ndata:{}"]


@pytest.mark.parametrize(
    "form",
    [
        *(before + "{}" for before in ("", "\n\n", " \t", "\ufeff", "\ufeff\r\n")),
        *(before + form for before in ("", "\n\n", "\ufeff\r\n") for form in _STREAMS),
    ],
)
def test_what_came_stays_at_its_place(form: str) -> None:
    """A picture is read from the answer itself, at the place it has in what was mended."""
    text = json.dumps(parts({"text": "Words"}, inline(bytes(range(256)) * 40)))
    body = form.format(text).encode()
    begin = body.index(b'"data": "') + 9
    for end in (begin + 8000, begin + 8001, begin + 8002, len(body) - 30, len(body) - 1):
        found = mended(body[:end])
        assert found is not None
        assert found[: begin + 8000] == body[: begin + 8000]
        scanner = GeminiScanner()
        scanner.feed(found)
        ((start, _end),) = [(one.start, one.end) for one in spilled(scanner.finish().value)]
        assert start == begin


def spilled(value: Any) -> Iterator[SpilledString]:
    if isinstance(value, SpilledString):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from spilled(one)
