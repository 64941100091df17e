"""`library read-again`: kept answers, here and in the process that owns the library."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import brotli
import pytest

from tests.cli.program import KEY, CliProgram, Result
from tests.fake_service import FakeService, Reply
from tests.generation.harness import inline, parts
from tests.generation.test_read_again import kept_by_an_earlier_version
from tests.providers.answer_shapes import UNSHOWN, A

pytestmark = pytest.mark.usefixtures("warm")

STRANGE = b"\x8f\x02" + random.Random(5).randbytes(20_000)
HEIC = UNSHOWN["HEIC"][0]


def generate(program: CliProgram, service: FakeService, reply: Reply) -> Result:
    service.script(reply)
    words = ("generate", "A lamp", "--provider", "dgrid", "--base-url", service.url, "--json")
    more = ("--model", "gemini-nano-banana-2.1")
    return program(*words, *more, env={"GRIDBRUSH_API_KEY": KEY})


@pytest.mark.parametrize(
    ("reply", "code", "kind"),
    [
        (Reply(body=STRANGE, headers={"Content-Encoding": "dcz"}), 7, "server"),
        (Reply(body=b"\x1f\x8b\x08\0" + b"\xff" * 900), 7, "server"),
        (Reply(body=parts(inline(HEIC))), 3, "no_image"),
        (Reply(body=parts(inline(b"nothing" * 900))), 3, "no_image"),
    ],
)
def test_what_cannot_be_read_says_how_to_read_it_again(
    program: CliProgram, service: FakeService, reply: Reply, code: int, kind: str
) -> None:
    result = generate(program, service, reply)
    assert result.code == code
    (failed,) = result.only("failed")
    assert (failed["kind"], failed["billed"]) == (kind, "maybe")
    assert "read-again" in failed["hint"]
    again = program("library", "read-again", "--json")
    assert again.code == code
    (answer,) = again.events
    assert answer["job"] == failed["job"]
    assert {"prompt", "kind", "title", "message", "hint", "billed"} <= set(answer)
    assert len(service.requests) == 1


def test_the_file_of_a_kept_answer_is_saved(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    generate(program, service, Reply(body=parts(inline(HEIC))))
    out = tmp_path / "out"
    out.mkdir()
    result = program("library", "read-again", "--out", out)
    assert result.code == 0, result.err
    (saved,) = out.iterdir()
    assert saved.read_bytes() == HEIC
    assert result.out.strip() == str(saved)
    # It is still there.
    assert program("library", "read-again").code == 3


def test_an_answer_of_an_earlier_version_is_read(program: CliProgram) -> None:
    body = json.dumps(parts(inline(A))).encode()
    kept_by_an_earlier_version(program.home, brotli.compress(body), "br")
    result = program("library", "read-again", "--json")
    assert result.code == 0, result.err
    (answer,) = result.events
    assert len(answer["pictures"]) == 1
    listed = program("library", "list", "--json").events
    assert [one["id"] for one in listed] == answer["pictures"]


def test_without_a_kept_answer_there_is_nothing_to_do(program: CliProgram) -> None:
    result = program("library", "read-again", "--json")
    assert (result.code, result.out) == (0, "")
    assert program("library", "read-again", "no-such-job").code == 2


def test_a_damaged_compression_is_one_request_and_keeps_the_rest(
    program: CliProgram, service: FakeService
) -> None:
    packed = gzip.compress(json.dumps(parts(inline(random.Random(1).randbytes(90_000)))).encode())
    body = packed[: len(packed) // 2] + random.Random(2).randbytes(100_000)
    result = generate(program, service, Reply(body=body))
    assert result.code == 7
    kept = [path for path in program.home.rglob("encoded") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [body]
    assert len(service.requests) == 1
