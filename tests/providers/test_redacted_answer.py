"""Answers are searched for the key off the loop's thread, in small pieces."""

from __future__ import annotations

import base64
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.common.key_redaction import SecretRedactor, StreamRedactor
from studio.common.serial_executor import SerialExecutor
from studio.providers.base import SpilledString
from studio.providers.gemini.text_pictures import START, TextRope
from studio.providers.redacted_answer import RedactingSink
from tests.canary import KEY
from tests.fake_service import tiny_png


class CollectingSink:
    """Keeps what comes."""

    promising = whole = False

    def __init__(self) -> None:
        self.body = b""

    async def status(self, code: int, headers: Mapping[str, str]) -> None:
        """Nothing is done with it."""

    async def chunk(self, data: bytes) -> None:
        self.body += data


async def passed(secret: str, body: bytes) -> bytes:
    """A body that came in pieces of 64 KB, as it goes on."""
    taker, lane = CollectingSink(), SerialExecutor("looking")
    sink = RedactingSink(taker, SecretRedactor((secret,)), lane)
    try:
        for start in range(0, len(body), 65_536):
            await sink.chunk(body[start : start + 65_536])
        await sink.end()
    finally:
        lane.close()
    return taker.body


def watch_pieces(
    monkeypatch: pytest.MonkeyPatch, note: Callable[[StreamRedactor, bytes], object]
) -> None:
    """Note every piece from now on, before it is redacted."""
    redact = StreamRedactor.redact_piece

    def noted(redactor: StreamRedactor, piece: bytes) -> bytes:
        note(redactor, piece)
        return redact(redactor, piece)

    monkeypatch.setattr(StreamRedactor, "redact_piece", noted)


@pytest.mark.parametrize(
    "body",
    [b"[" * 300_000, b"\\u202e" * 50_000, b"%73" * 100_000, b"plain words " * 30_000],
    ids=["brackets", "escapes", "percents", "words"],
)
async def test_the_loop_looks_through_nothing_that_is_long(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []
    watch_pieces(
        monkeypatch, lambda _redactor, piece: seen.append((threading.get_ident(), len(piece)))
    )
    assert await passed(KEY, body) == body
    here = threading.get_ident()
    assert all(size <= 8 * 1024 for thread, size in seen if thread != here)
    assert sum(size for thread, size in seen if thread == here) <= 66 * 1024
    assert len({thread for thread, _size in seen} - {here}) == 1, "one thread for all"


@pytest.mark.parametrize("secret", [KEY, "sk-benchmark"], ids=["a long key", "a short one"])
async def test_the_bytes_of_a_picture_pass_at_once(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[int] = []

    def note(redactor: StreamRedactor, piece: bytes) -> None:
        if not redactor.is_quick(piece):
            slow.append(len(piece))

    watch_pieces(monkeypatch, note)
    picture = tiny_png() + random.Random(1).randbytes(3_000_000)
    body = b'{"data": "' + base64.b64encode(picture) + b'"}'
    assert await passed(secret, body) == body
    assert sum(slow) <= 2 * 65_536 + 66 * 1024, "the first piece and the last"


def _with(form: Any, whole: Any) -> Any:
    return replace(form, whole=whole)


def test_only_what_might_be_the_key_is_looked_at_closely() -> None:
    one = SecretRedactor((KEY,))
    looked = 0

    class Counted:
        """Stands for the pattern that is slow."""

        def __init__(self, pattern: re.Pattern[bytes]) -> None:
            self._pattern = pattern

        def search(self, data: bytes, start: int, end: int) -> re.Match[bytes] | None:
            nonlocal looked
            looked += end - start
            return self._pattern.search(data, start, end)

    slow = [Counted(form.whole) for form in one.forms]
    one.forms = tuple(map(_with, one.forms, slow))
    words = b'{"text": "\\u202e\\u001b[31m<b> and so on \\n, he said; [a](b) \\"c\\""}' * 500
    assert one.bytes(words) is words
    assert looked == 0
    one.bytes(words + KEY.lower().encode()[:-1] + b"%")
    assert 0 < looked < 200


def test_words_in_a_file_are_looked_through_a_little_at_a_time(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"d" * 700_000 + b"data:image/png;base64," + tiny_png().hex().encode())
    longest = 0

    class Counted:
        """Stands for the pattern."""

        def search(self, data: bytes, start: int) -> re.Match[bytes] | None:
            nonlocal longest
            longest = max(longest, len(data) - start)
            return START.search(data, start)

    rope = TextRope(body, [SpilledString(0, body.stat().st_size)])
    base, found = rope.search(Counted(), 0) or (0, None)  # type: ignore[arg-type]
    assert found is not None
    assert (base + found.start(), base + found.end()) == (700_000, 700_022)
    assert longest <= 33 * 1024
