"""The key is redacted in any encoding and in any pieces; pictures stay unchanged."""

from __future__ import annotations

import ast
import base64
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import ServiceError
from studio.common.key_redaction import (
    HIDDEN,
    SecretRedactor,
    _forms,
    _SecretForm,
    _surely_absent,
)
from studio.domain.events import InfoPosted
from tests.canary import KEY
from tests.echoing_service import WAYS, seen_in
from tests.fake_service import tiny_png

ECHOES = SecretRedactor((KEY,))
KEYS = st.text("abcXYZ019-_.~+/=", min_size=16, max_size=60).map(lambda text: f"k{text}")


def streamed(data: bytes, *sizes: int, echoes: SecretRedactor = ECHOES) -> bytes:
    stream, out, place = echoes.stream(), [], 0
    for size in sizes:
        out.append(stream.redact_piece(data[place : place + size]))
        place += size
    out.append(stream.redact_piece(data[place:]))
    return b"".join(out) + stream.flush_rest()


@pytest.mark.parametrize("way", WAYS)
def test_it_is_cut_out_however_it_is_written(way: str) -> None:
    said = f'{{"text": "your key {WAYS[way](KEY)} is wrong"}}'
    assert seen_in(said)
    clean = ECHOES.text(said)
    assert not seen_in(clean)
    assert HIDDEN in clean
    assert clean.startswith('{"text": "your key ')
    assert clean.endswith(' is wrong"}')


@pytest.mark.parametrize("way", WAYS)
def test_it_is_cut_out_wherever_the_pieces_end(way: str) -> None:
    said = f'{{"text": "is {WAYS[way](KEY)} it"}}'.encode()
    whole = ECHOES.bytes(said)
    for place in range(len(said)):
        assert streamed(said, place) == whole
    assert streamed(said, *[1] * len(said)) == whole
    assert streamed(said, *[3] * len(said)) == whole


def test_an_answer_without_the_key_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the plain characters of all forms; patterns are for answers with escapes."""
    searched: list[bytes] = []
    monkeypatch.setattr(_SecretForm, "cut", lambda _form, data, _head: searched.append(data))
    said = b'{"data": "' + base64.b64encode(random.Random(1).randbytes(40_000)) + b'"}'
    assert ECHOES.bytes(said) is said
    assert streamed(said, 20_000) == said
    assert not searched


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("broken", ["", "\n", "\r\n"])
def test_the_quick_search_misses_no_way(way: str, broken: str) -> None:
    coded = WAYS[way](KEY)
    half = len(coded) // 2
    for said in (coded, f'{{"a": "{coded}"}}', f"-{coded[:half]}{broken}{coded[half:]}_"):
        data = said.encode()
        for form in _forms(KEY, HIDDEN):
            if form.whole.search(data):
                assert not _surely_absent((form,), data)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), secret=KEYS)
def test_any_key_is_cut_in_any_way_and_nothing_else_is_touched(data, secret) -> None:
    echoes = SecretRedactor((secret,))
    way = WAYS[data.draw(st.sampled_from([one for one in WAYS if one != "capitals"]))]
    said = way(secret).encode()
    sizes = data.draw(st.lists(st.integers(0, 40), max_size=20))
    before, after = b'{"a": "', b'", "b": 12345678901234567}'
    clean = streamed(before + said + after, *sizes, echoes=echoes)
    assert clean.startswith(before)
    assert clean.endswith(after)
    assert HIDDEN.encode() in clean
    assert echoes.bytes(clean) == clean


def test_what_a_cut_answer_has_of_it_is_cut_too() -> None:
    assert streamed(b'{"a": "' + KEY[:20].encode(), 4) == b'{"a": "[key]'
    assert streamed(b'{"a": "sk-', 4) == b'{"a": "sk-'


@pytest.mark.parametrize("url", [False, True])
@pytest.mark.parametrize("opening", [b'"', b'"data:image/png;base64,'])
def test_the_bytes_of_a_picture_stay_as_they_came(url: bool, opening: bytes) -> None:
    picture = tiny_png() + random.Random(1).randbytes(700) + b"\0" + KEY.encode() + b"\0" * 900
    code = base64.urlsafe_b64encode if url else base64.b64encode
    coded = code(picture)
    body = b'{"data": ' + opening + coded + b'", "words": "' + code(KEY.encode()) + b'"}'
    for size in (7, 100, 333, 1000):
        clean = streamed(body, *[size] * (len(body) // size))
        assert coded in clean
        assert b'", "words": "[key]' in clean


def test_short_words_and_numbers_do_not_break_an_answer() -> None:
    body = json.dumps({"text": "parts", "totalTokenCount": 12345678, "id": "12345678"})
    for secret in ("text", "parts", "candidates", "12345678", "totalToken"):
        clean = json.loads(SecretRedactor((secret,)).text(body))
        assert clean["text"] == "parts"
        assert isinstance(clean["totalTokenCount"], int)


def test_errors_and_values_lose_it_in_every_field() -> None:
    key = "sk-not-the-canary-0123"  # which would be found where errors are made
    echoes = SecretRedactor((key,))
    error = ServiceError(key, key, hint=key, request_id=key, details=f"x {key}")
    assert key not in repr(vars(echoes.error(error))) + str(error) + repr(error)
    assert echoes.value({key: [key, (key, 1)]}) == {HIDDEN: [HIDDEN, (HIDDEN, 1)]}
    told = InfoPosted(title=key, message="well")
    assert echoes.value([told]) == [InfoPosted(title=HIDDEN, message="well")]
    assert echoes.value(plain := InfoPosted(title="none", message="well")) is plain


def test_nothing_comes_from_the_wire_but_through_the_cutting() -> None:
    """Whoever reads a response of httpx in a new place has to say what is cut out of it."""
    tree = ast.parse(Path("studio/providers/transport.py").read_text(encoding="utf-8"))
    routes = ast.parse(Path("studio/providers/http_routes.py").read_text(encoding="utf-8"))
    tree.body += routes.body
    readers = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for one in ast.walk(function)
        if isinstance(one, ast.Attribute)
        and one.attr in ("aiter_raw", "aread", "content", "text", "headers", "reason_phrase")
        and isinstance(one.value, ast.Name)
        and one.value.id == "response"
    }
    # `_visit` looks at a length alone.
    assert readers == {"_receive", "_plain_headers", "_visit"}
    calls = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and ast.unparse(one.func) in ("_receive", "_plain_headers")
    ]
    assert len(calls) == 6
    assert all("echoes" in ast.unparse(one) for one in calls)
    explained = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "connection_errors.explain"
    ]
    assert len(explained) == 3
    assert all("clean=echoes.text" in ast.unparse(one) for one in explained)
