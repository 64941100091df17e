"""The scanner: the same JSON as json.loads, whole or not, in any pieces, in little memory."""

from __future__ import annotations

import base64
import json
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import ServiceError
from studio.providers import base64_text
from studio.providers.gemini import scan
from studio.providers.gemini.scan import GeminiScanner
from tests.any_text import any_text
from tests.providers.scan_harness import scanned, unspilled

LONG = st.integers(scan.LONG - 3, scan.LONG + 3000).flatmap(
    lambda size: st.sampled_from(["A", '"', "\\", "ü", "\n", "😀"]).map(lambda sign: sign * size)
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text()
    | LONG,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(any_text(max_size=8) | LONG, inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.lists(st.integers(0, 100_000), max_size=6), st.booleans(), st.booleans())
def test_it_agrees_with_json_loads_at_any_chunk_borders(value, cuts, ascii_only, indented):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1 if indented else None)
    data = text.encode("utf-8", "surrogatepass")
    found = scanned(data, cuts).finish()
    assert found.complete
    assert unspilled(found.value, data) == json.loads(data.decode("utf-8", "replace"))


@pytest.mark.parametrize("around", [512, 1024, scan.LONG])
def test_strings_of_any_length_around_a_border_are_read_as_they_are(around: int) -> None:
    for length in range(around - 4, around + 5):
        value = {"a": "x" * length, "y" * length: [{"z": "]" * length}, 1], "end": "\\" * length}
        body = json.dumps(value).encode()
        found = scanned(body, [length, length + 7]).finish()
        assert found.complete, length
        assert unspilled(found.value, body) == value, length


@settings(max_examples=100, deadline=None)
@given(
    st.lists(JSON, max_size=3) | st.dictionaries(any_text(max_size=5), JSON, max_size=3), st.data()
)
def test_a_cut_body_is_never_whole(value, data):
    body = json.dumps(value).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    scanner = scanned(body[:cut], [cut // 2])
    assert not scanner.complete
    assert not scanner.finish().complete


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=3))
def test_any_bytes_are_scanned_without_another_error(data, cuts):
    scanned(data, cuts).finish()


def test_a_long_string_stays_in_the_file_and_a_short_one_does_not():
    data = json.dumps({"short": "a" * scan.LONG, "long": "b" * (scan.LONG + 1)}).encode()
    value = scanned(data).finish().value
    assert value["short"] == "a" * scan.LONG
    assert data[value["long"].start : value["long"].end] == b"b" * (scan.LONG + 1)


def test_what_comes_after_the_value_is_noticed_but_not_believed():
    found = scanned(b'{"a": 1}\r\n\n').finish()
    assert found.complete
    assert not found.trailing
    found = scanned(b'{"a": 1}\n<p>', [8]).finish()
    assert found.value == {"a": 1}
    assert found.trailing
    found = scanned(b'{"a": 1}{"a"', [8]).finish()
    assert found.value == [{"a": 1}]
    assert found.trailing


def test_a_byte_order_mark_is_passed_over():
    assert scanned(b"\xef\xbb\xbf[1]").finish().value == [1]


@pytest.mark.parametrize("data", [b"<html>", b"dat", b"  \n<", b"", b"{]", b"nope", b"data"])
def test_text_that_is_not_json_is_distinguished_from_cut_json(data):
    found = scanned(data).finish()
    assert not found.json
    assert not found.complete


@pytest.mark.parametrize(
    "data",
    [b"[" + b"[]," * 300_000, b"[" + b"1," * (5 << 20)],
    ids=["parts", "text"],
)
def test_a_body_that_would_eat_the_memory_is_refused(data):
    found = scanned(data + b"1]").finish()
    assert isinstance(found.refused, ServiceError)
    assert not found.complete


@pytest.mark.parametrize("depth", [65, 150, 5000, 200_000])
def test_what_is_nested_too_deep_is_left_out_and_the_rest_is_read(depth):
    deep = b"[" * depth + b'{"a": "b"}' + b"]" * depth
    found = scanned(b'{"deep": ' + deep + b', "kept": [1, "2"]}', [7, 70, 90]).finish()
    assert found.complete
    assert found.value["kept"] == [1, "2"]


def test_a_number_of_any_length_is_read():
    found = scanned(b'{"a": ' + b"7" * 9000 + b', "b": 2}').finish()
    assert found.value["b"] == 2


def test_memory_does_not_grow_with_the_answer():
    scanner = GeminiScanner()
    piece = b"A" * 65536
    scanner.feed(b'{"data":"')
    tracemalloc.start()
    try:
        for _number in range(16 * 40):
            scanner.feed(piece)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    scanner.feed(b'"}')
    assert scanner.complete
    assert peak < 1 << 20


def dirty(data: bytes, kind: str) -> bytes:
    clean = base64.b64encode(data)
    return {
        "clean": clean,
        "no padding": clean.rstrip(b"="),
        "urlsafe": base64.urlsafe_b64encode(data),
        "lines": re.sub(rb"(.{1,76})", rb"\1\\r\\n", clean),
        "real lines": base64.encodebytes(data),
        "spaces": b" " + b" ".join(clean[n : n + 5] for n in range(0, len(clean), 5)) + b"\t",
        "escaped": clean.replace(b"/", b"\\/").replace(b"=", b"\\u003d").replace(b"+", b"\\u002B"),
        "data url": b"data:image/png;base64," + clean,
        "escaped data url": b"data:image\\/png;charset=x;base64, " + clean,
        "bare prefix": b"base64, " + clean,
    }[kind]


@pytest.mark.parametrize(
    "kind",
    ["clean", "no padding", "urlsafe", "lines", "real lines", "spaces", "escaped", "data url",
     "escaped data url", "bare prefix"],
)  # fmt: skip
@settings(max_examples=40, deadline=None)
@given(
    data=st.binary(max_size=600) | st.binary(min_size=1, max_size=8).map(lambda b: b * 999),
    step=st.integers(1, 700),
)
def test_dirty_base64_gives_the_same_bytes_in_any_pieces(kind, data, step):
    text = dirty(data, kind)
    pieces = [text[n : n + step] for n in range(0, len(text), step)]
    assert b"".join(base64_text.decode(pieces)) == data


@pytest.mark.parametrize("text", [b"A", b"QUJD*", b"QUJDRA==QUJD", b"QUJ\\", b"QUJ\\u00"])
def test_what_is_no_base64_is_not_taken_for_some(text):
    with pytest.raises(base64_text.DirtyBase64Error):
        b"".join(base64_text.decode([text]))


@pytest.mark.parametrize(("body", "json_"), [(b"-1", True), (b" -2.5", True), (b"--x\r\n", False)])
def test_a_negative_number_is_no_boundary_of_parts(body: bytes, json_: bool) -> None:
    for cuts in ([], [1], [2]):
        found = scanned(body, cuts).finish()
        assert (found.complete, found.json) == (json_, json_)
