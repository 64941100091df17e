"""Coverage-guided fuzzing of the reader of answers, for `make fuzz`.

    python -m tests.fuzz_answers --seconds 60

Guided by coverage where atheris is there (Linux), by hypothesis where it is not. An input is one
byte that chooses status and headers, and the body. Anything but pictures or a StudioError is a
find, and so is a second without an end; it is left in build/fuzz and told.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "fuzz"
STATUSES = (200, 200, 200, 200, 400, 403, 404, 429, 500, 503)
HEADERS: tuple[dict[str, str], ...] = (
    {"content-type": "application/json"},
    {"content-type": "text/event-stream"},
    {"content-type": "text/html", "retry-after": "Mon, 23 Nov 2026 10:00:30 GMT"},
    {"retry-after": "7", "x-request-id": "r1"},
)
LONGEST = 32 * 1024
SLOW = 1.0
"""Seconds of work, whatever else the machine does; a body this small needs far less."""


class Target:
    """The whole way of an answer, from bytes in pieces to decoded pictures."""

    def __init__(self, folder: Path, slow: float = math.inf) -> None:
        """Reading a body for more than `slow` seconds is a find."""
        from studio.config.settings import built_in
        from studio.providers.catalogue import Catalogue
        from studio.providers.gemini import GeminiProvider

        catalogue = Catalogue()
        self._body = folder / "body"
        self._slow = slow
        self._read = GeminiProvider(built_in()[0], lambda id: catalogue.find("dgrid", id)).read

    def __call__(self, data: bytes) -> None:
        """Read one answer. Raises whatever is no error made for people."""
        from studio.common.errors import StudioError
        from studio.domain.entities import GenerationRequest
        from studio.providers.base import AnswerSource
        from studio.providers.gemini import conversation
        from studio.providers.gemini.scan import GeminiScanner

        choice, body = (data[0], data[1:]) if data else (0, b"")
        self._body.write_bytes(body)
        began = time.thread_time()
        with contextlib.suppress(StudioError):
            scanner = GeminiScanner()
            step = 1 + choice * 17
            for start in range(0, len(body), step):
                scanner.feed(body[start : start + step])
            request = GenerationRequest(profile="dgrid", model="m", prompt="p", size="1K")
            answer = self._read(
                AnswerSource(
                    status=STATUSES[choice % len(STATUSES)],
                    headers=HEADERS[choice % len(HEADERS)],
                    body=self._body,
                    request=request,
                    scan=scanner.finish(),
                    key="canary-key-0123",
                )
            )
            f"{answer.words}{answer.warnings}{answer.model_version}{answer.request_id}".encode()
            conversation.extract_turn(answer, self._body)
            for picture in answer.pictures:
                with contextlib.suppress(StudioError):
                    for _piece in picture.chunks(self._body):
                        pass
        if (took := time.thread_time() - began) > self._slow:
            raise AssertionError(f"reading {len(body)} bytes took {took:.1f} s")


def seeds() -> Iterator[bytes]:
    """Answers of every known shape, and some that are none."""
    from tests.providers import answer_shapes
    from tests.providers.test_answer import SHAPES, events

    for value, _pictures in answer_shapes.SHAPES.values():
        yield from _short(b"\0", answer_shapes.bytes_of(value))
    for body, _pictures in answer_shapes.STREAMS.values():
        yield from _short(b"\0", body)
    for words, _pictures in answer_shapes.WORDS.values():
        yield from _short(b"\0", answer_shapes.bytes_of(answer_shapes.said(words)))
    for picture, _name, _extension in answer_shapes.UNSHOWN.values():
        part = answer_shapes.inline(picture)
        yield from _short(b"\0", answer_shapes.bytes_of(answer_shapes.answer(part)))
    for answer, _expected in SHAPES.values():
        text = json.dumps(answer).encode()
        if len(text) < LONGEST:
            yield b"\0" + text
            yield b"\x01" + events(answer)
    reports = (ROOT / "tests/providers/error_reports.jsonl").read_text("utf-8")
    for report in map(json.loads, reports.splitlines()):
        choice = STATUSES.index(report["status"]) if report["status"] in STATUSES else 9
        yield bytes((choice,)) + report["body"].encode()
    yield b'\x04{"error":{"code":400,"message":"m (request id: 1234)","status":"S","details":[]}}'
    yield b'\x07[{"error":{"message":"{\\"error\\":{\\"message\\":\\"Please retry in 3s\\"}}"}}]'
    yield b"\x02<html><title>Sign in</title></html>"


def _short(choice: bytes, body: bytes) -> Iterator[bytes]:
    if len(body) < LONGEST:
        yield choice + body


def guided(target: Target, seconds: int) -> None:
    """By coverage: libFuzzer's loop, which ends the process itself."""
    atheris: Any = importlib.import_module("atheris")

    atheris.instrument_all()
    corpus = FOLDER / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-rss_limit_mb=1024"]
    where = [f"-artifact_prefix={FOLDER}/", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], *options, *where, str(corpus)], target)
    atheris.Fuzz()


def unguided(target: Target, seconds: int) -> None:
    """By hypothesis: the seeds, mangled."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    known = list(seeds())
    piece = st.binary(max_size=40) | st.sampled_from(known).map(lambda one: one[1:200])
    place = st.integers(0, LONGEST)

    @settings(
        max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(known), st.lists(st.tuples(place, place, piece), max_size=4))
    def mangled(seed: bytes, changes: list[tuple[int, int, bytes]]) -> None:
        for start, length, new in changes:
            at = start % (len(seed) + 1)
            seed = seed[:at] + new + seed[at + length % 60 :]
        target(seed)

    until, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        mangled()
        rounds += 1
    print(f"{rounds * 500} mangled answers, nothing found")


def main() -> None:
    """Fuzz for as long as asked."""
    options: Any = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60)
    chosen = options.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder), SLOW)
        run = guided if importlib.util.find_spec("atheris") else unguided
        run(target, chosen.seconds)


if __name__ == "__main__":
    main()
