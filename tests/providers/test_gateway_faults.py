"""Everything a network and a gateway can do to an answer, on real sockets, with TLS and without.

Each ends as a picture or as an error for people, soon; the key goes nowhere else; and what came of
an answer that broke off is kept.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import certifi
import pytest

from studio.common.errors import StudioError
from studio.domain.entities import JobState
from studio.providers.transport import TransferLimits
from tests.bombs import gzip_bomb
from tests.fake_service import answer_with, tiny_png
from tests.generation.harness import KEY, parts, studio
from tests.providers.authority import Authority
from tests.providers.gateway import Gateway, Line, Scene, head

BODY = json.dumps(answer_with(tiny_png(64, 64) + random.Random(3).randbytes(30_000))).encode()
LARGE = json.dumps(answer_with(tiny_png(8, 8) + random.Random(3).randbytes(3_000_000))).encode()
"""More than is read of a page with an error."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    pytest.importorskip("cryptography")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["plain", "tls"])
def gateway(request, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    # All authorities of the world take longer to load than most tests here.
    monkeypatch.setattr(certifi, "where", lambda: str(authority.file))
    with Gateway(authority.context() if request.param == "tls" else None) as one:
        yield one


@dataclass
class End:
    """How a fault ends: in a picture (`kind` ""), or in an error of that kind.

    Attributes:
        keeps: bytes of the answer that stay in the journal; None where nothing is kept.
        stays: the body, as it came, that stays in the journal as a whole answer.
        encrypted: only with TLS.
    """

    play: Scene
    kind: str = ""
    billed: str = "maybe"
    keeps: int | None = None
    stays: bytes | None = None
    encrypted: bool = False


def lied(length: int, body: bytes = BODY, after: Scene | None = None) -> Scene:
    """An answer whose length is another than it says."""

    def play(line: Line) -> None:
        line.send(head(200, body, "length", Content_Length=str(length)) + body)
        if after is not None:
            after(line)

    return play


def cut(share: float, framing: str, how: str) -> End:
    """An answer that ends after a share of its body: cut, reset, or just ended."""
    size = int(len(BODY) * share)

    def play(line: Line) -> None:
        line.send(head(200, BODY, framing))
        piece = BODY[:size]
        line.send(b"%x\r\n%b\r\n" % (size, piece) if framing == "chunked" else piece)
        if how == "reset":
            # Sent and reset at once, the bytes might never be read.
            line.drip(b"", 1)
            line.reset()
        elif how == "cut":
            line.cut()

    return End(play, "incomplete", keeps=None if how == "reset" else size)


def closing(framing: str) -> Scene:
    """A whole answer on a line that the service leaves open."""

    def play(line: Line) -> None:
        if framing == "chunked":
            line.send(head(200, BODY, "chunked") + b"%x\r\n%b\r\n" % (len(BODY), BODY))
        else:
            line.send(head(200, BODY, framing) + BODY)
        line.hold()

    return play


def streaming(*pieces: bytes) -> Scene:
    """A stream of events, with a pause between its pieces, on a line that stays open."""

    def play(line: Line) -> None:
        line.send(head(200, b"", "close", Content_Type="text/event-stream"))
        for piece in pieces:
            line.send(piece)
            line.drip(b"", 1)
        line.hold()

    return play


EVENT = b"data: " + BODY + b"\n\n"
COUNTED = b'data: {"usageMetadata": {"totalTokenCount": 9}}\n\n'


def steps(*every: Callable[[Line], object]) -> Scene:
    """One after the other."""

    def play(line: Line) -> None:
        for step in every:
            step(line)

    return play


def sends(*pieces: bytes) -> Scene:
    def play(line: Line) -> None:
        for piece in pieces:
            line.send(piece)

    return play


def answered(body: bytes, status: int = 200, **more: str) -> Scene:
    def play(line: Line) -> None:
        line.answer(body, status, **more)

    return play


def endless_error(line: Line) -> None:
    """A page of 100 MB; whoever reads it all is told so by the time it takes."""
    line.send(head(500, b"", "length", Content_Length=str(100 << 20), Content_Type="text/html"))
    page = b"<p>sorry " * 116_508
    for _number in range(100):
        line.send(page)


def silent_error(line: Line) -> None:
    """An error whose body never ends, and never goes on."""
    line.send(head(400, b"", "length", Content_Length="5000") + b'{"error": {"message": "size')
    line.hold()


def within(**fields: object) -> bytes:
    """The answer with other fields beside it."""
    return json.dumps(fields | json.loads(BODY)).encode()


def deep(depth: int) -> bytes:
    return b'{"odd": ' + b"[" * depth + b"1" + b"]" * depth + b", " + BODY[1:]


def headed(*lines: bytes) -> Scene:
    """The answer, whose head has these lines too."""

    def play(line: Line) -> None:
        told = b"\r\n".join((b"HTTP/1.1 200 OK", *lines, b"Content-Length: %d" % len(BODY)))
        line.send(told + b"\r\n\r\n" + BODY)

    return play


ODD_SHAPE = json.dumps({"made": {"by": [{"blob": "QUJD" * 4000}]}}).encode()
STRANGE = b"\x28\xb5\x2f\xfd" + random.Random(5).randbytes(20_000)
GARBAGE = json.dumps(answer_with(random.Random(4).randbytes(9000))).encode()
HALVES = gzip.compress(BODY[:9000]), gzip.compress(BODY[9000:])
ODD_HEADERS: dict[str, bytes] = {
    "a name with a space": b"X Powered By: me",
    "no name": b": nothing",
    "no colon": b"what is this",
    "a name in other letters": "X-Größe: 1".encode(),
    "a space before the colon": b"X-Space : 1",
    "a control sign in the value": b"X-Odd: a\x01b\x00c",
    "another length": b"Content-Length: 7",
    "a length that is none": b"Content-Length: many",
    "a coding nobody has": b"Transfer-Encoding: identity",
}

TOO_MANY = within(odd=[""] * 500_001)
BOMB = gzip_bomb(b'{"candidates": [', 300)
PAGE = b"<!doctype html><html><title>Hotel</title><body>sign in</body></html>"

FAULTS: dict[str, End] = {
    **{
        f"{how} at {tenth}0 %, {framing}": cut(tenth / 10, framing, how)
        for tenth in range(1, 10)
        for framing, how in (("length", "cut"), ("chunked", "reset"), ("close", "end"))
    },
    "reset before the answer": End(Line.reset, "network"),
    "closed before the answer": End(lambda _line: None, "network"),
    "reset within the headers": End(
        steps(sends(b"HTTP/1.1 200 OK\r\nContent-"), Line.reset), "network"
    ),
    "no HTTP at all": End(lambda line: line.send(b"\x00\x01SSH-2.0-x\r\n\r\n"), "network"),
    "headers without end": End(
        lambda line: line.send(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 50_000), "network"
    ),
    "a longer length than there is": End(lied(len(BODY) + 100)),
    "a longer length, left open": End(lied(len(BODY) + 100, after=Line.hold)),
    "a shorter length than there is": End(
        lied(len(BODY) - 100), "incomplete", keeps=len(BODY) - 100
    ),
    "a length that is no number": End(
        lambda line: line.send(head(200, b"", "length", Content_Length="much") + BODY)
    ),
    "no length, left open": End(closing("close")),
    "a stream that is over, left open": End(streaming(EVENT)),
    "a stream that is over and still counts": End(streaming(EVENT, COUNTED, COUNTED)),
    "a stream in two pieces": End(streaming(EVENT[:9000], EVENT[9000:] + COUNTED)),
    "the last piece never comes": End(closing("chunked")),
    "a piece of no number": End(
        lambda line: line.send(head(200, b"", "chunked") + b"zz\r\n" + BODY),
        "incomplete", keeps=None,
    ),
    "in pieces of 500 bytes": End(
        steps(sends(head(200, BODY)), lambda line: line.drip(BODY, 500))
    ),
    "a word before the answer": End(
        lambda line: line.send(b"HTTP/1.1 100 Continue\r\n\r\n" + head(200, BODY) + BODY)
    ),
    "two answers": End(lambda line: line.send(2 * (head(200, BODY) + BODY))),
    "something after the answer": End(answered(BODY + b"\n<!-- served by x -->")),
    "a bomb": End(answered(BOMB, Content_Encoding="gzip"), "server", keeps=None),
    "a packing cut short": End(
        answered(gzip.compress(BODY)[:-2000], Content_Encoding="gzip"), "incomplete", keeps=None
    ),
    "a packing that is none": End(answered(BODY, Content_Encoding="gzip")),
    "a packing nobody knows": End(
        answered(STRANGE, Content_Encoding="zstd"), "server", stays=STRANGE
    ),
    "two packings": End(
        answered(gzip.compress(zlib.compress(BODY)), Content_Encoding="deflate, gzip")
    ),
    "packed in two parts": End(answered(b"".join(HALVES), Content_Encoding="gzip")),
    **{f"header with {name}": End(headed(line)) for name, line in ODD_HEADERS.items()},
    **{
        f"in {name}": End(answered(BODY.decode().encode(name), framing=framing))
        for name, framing in (("utf-16", "length"), ("utf-16-be", "chunked"), ("utf-32", "close"))
    },
    "a number of 5,000 digits": End(answered(b'{"odd": ' + b"9" * 5000 + b", " + BODY[1:])),
    "nested 150 deep": End(answered(deep(150))),
    "nested 100,000 deep": End(answered(deep(100_000))),
    "too many parts": End(
        answered(TOO_MANY), "server", stays=TOO_MANY
    ),
    **{
        f"a picture with the status {status}": End(answered(BODY, status))
        for status in (202, 400, 401, 413, 429, 500, 503)
    },
    "a large picture with the status 400": End(answered(LARGE, 400)),
    "a large picture with the status 500": End(answered(LARGE, 500)),
    "a large picture cut, with the status 500": End(
        lambda line: line.send(head(500, LARGE) + LARGE[:3_000_000]), "incomplete"
    ),
    "a shape nobody knows": End(answered(ODD_SHAPE), "no_image", stays=ODD_SHAPE),
    "a shape nobody knows with the status 500": End(
        answered(ODD_SHAPE, 500), "server", stays=ODD_SHAPE
    ),
    "a picture of no kind": End(answered(GARBAGE), "no_image", stays=GARBAGE),
    "bytes that are no text": End(answered(STRANGE), "server", stays=STRANGE),
    "bytes that are no text with the status 502": End(
        answered(STRANGE, 502), "server", stays=STRANGE
    ),
    "a web page": End(answered(PAGE, Content_Type="text/html"), "server", "no"),
    "a web page as an error": End(answered(PAGE, 403, Content_Type="text/html"), "request", "no"),
    "nothing at all": End(answered(b""), "server"),
    "an error of 100 MB": End(endless_error, "server", "no"),
    "an error that stays open": End(silent_error, "request", "no"),
    "farewell forgotten": End(steps(answered(BODY), Line.cut), encrypted=True),
    "farewell forgotten, no length": End(
        steps(answered(BODY, framing="close"), Line.cut), encrypted=True
    ),
    "encryption broken": End(
        steps(sends(head(200, BODY) + BODY[:9000]), Line.garble, Line.hold),
        "incomplete", keeps=9000, encrypted=True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_it_ends_soon_as_a_picture_or_in_words(
    gateway: Gateway, tmp_path: Path, name: str
) -> None:
    end = FAULTS[name]
    if end.encrypted and not gateway.url.startswith("https"):
        pytest.skip("without encryption there is no such fault")
    gateway.play(end.play)
    async with studio(tmp_path, gateway) as one:
        (await one.core.making()).client.limits = TransferLimits(error_seconds=0.5)
        one.core.queue.make_once = _once(one.core.queue.make_once)
        (job,) = await one.submit()
        # The other side stays for as long as the client does.
        await one.until(lambda: one.removed(job) or one.last[job.id].state is JobState.FAILED)
        await one.core.queue.idle()
        if not end.kind:
            assert one.removed(job), one.failure(job)
            assert len(await one.pictures()) == 1
            assert one.journal == []
        else:
            failure = one.failure(job)
            # A reset takes along what had arrived and was not read yet, which may be all of it.
            kinds = (end.kind, "network") if name.startswith("reset") else (end.kind,)
            assert failure.kind in kinds, failure
            assert failure.billed == end.billed, failure
            assert failure.title
            assert KEY not in repr(failure)
            assert "<" not in failure.title + failure.message + failure.hint
            assert await one.pictures() == []
            if end.keeps is not None:
                (entry,) = one.journal
                assert (entry / "cut.json").exists()
                assert (entry / "answer").read_bytes() == BODY[: end.keeps]
            if end.stays is not None:
                (entry,) = one.journal
                assert (entry / "whole.json").exists()
                assert (entry / "answer").read_bytes() == end.stays
            assert failure.kept is (end.stays is not None or name == "a bomb")
    assert len(gateway.lines) == 1


def _once(make):
    """Attempts that are not repeated: what is free to try again is another table's matter."""

    async def once(*arguments):
        try:
            return await make(*arguments)
        except StudioError as error:
            error.retryable = False
            raise

    return once


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirection_is_never_followed_with_the_key(gateway, tmp_path, status):
    with Gateway() as elsewhere:
        elsewhere.play(lambda line: line.answer(BODY))
        where = f"{elsewhere.url}/v1/models/m:generateContent"
        gateway.play(lambda line: line.answer(b"{}", status, Location=where))
        async with studio(tmp_path, gateway) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            assert one.failure(job).billed == "no"
        assert elsewhere.knocks == 0
    assert len(gateway.lines) == 1


async def test_silence_ends_at_the_outer_limit_and_the_line_is_closed(gateway, tmp_path):
    gateway.play(Line.hold)
    async with studio(tmp_path, gateway) as one:
        one.core.settings.value = replace(one.core.settings.value, outer_limit=2.0)
        (job,) = await one.submit()
        await one.reaches(job, JobState.FAILED)
        assert (one.failure(job).kind, one.failure(job).billed) == ("network", "maybe")
        (line,) = gateway.lines
        assert await asyncio.to_thread(line.left.wait, 60)


async def test_a_trickle_ends_at_the_outer_limit_and_what_came_is_kept(gateway, tmp_path):
    def trickle(line: Line) -> None:
        line.send(head(200, BODY))
        line.drip(BODY[:-1] + b" " * 100_000, 40)

    gateway.play(trickle)
    async with studio(tmp_path, gateway) as one:
        one.core.settings.value = replace(one.core.settings.value, outer_limit=2.0)
        (job,) = await one.submit()
        await one.reaches(job, JobState.FAILED)
        assert (one.failure(job).kind, one.failure(job).billed) == ("incomplete", "maybe")
        (entry,) = one.journal
        kept = (entry / "answer").read_bytes()
    assert kept
    assert BODY.startswith(kept)


@pytest.mark.parametrize("what", ["another name", "expired", "nobody knows", "no certificate"])
async def test_who_cannot_show_who_he_is_gets_no_key(
    authority, tmp_path, tmp_path_factory, monkeypatch, what
):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    if what == "nobody knows":
        context = Authority(tmp_path_factory.mktemp("stranger")).context()
    elif what == "expired":
        context = authority.context(days=-1)
    else:
        context = authority.context("127.0.0.2" if what == "another name" else "127.0.0.1")
    known = what != "no certificate"
    with Gateway(context if known else None, pretends=True) as one_gateway:
        one_gateway.play(lambda line: line.answer(BODY))
        async with studio(tmp_path, one_gateway) as one:
            one.core.queue.make_once = _once(one.core.queue.make_once)
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            failure = one.failure(job)
            assert (failure.kind, failure.billed) == ("network", "no")
            assert "not secure" in failure.title
    assert one_gateway.lines == []


async def test_one_that_answers_words_is_not_asked_again(gateway, tmp_path):
    gateway.play(lambda line: line.answer(json.dumps(parts({"text": "No."})).encode()))
    async with studio(tmp_path, gateway) as one:
        (job,) = await one.submit()
        await one.reaches(job, JobState.FAILED)
        assert one.failure(job).kind == "no_image"
    assert len(gateway.lines) == 1
