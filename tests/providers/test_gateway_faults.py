"""Everything a network and a gateway can do to an answer, on real sockets, with TLS and without.

Each ends as a picture or as an error for people, soon; the key goes nowhere else; and what came of
an answer that broke off is kept.
"""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from studio.domain import JobState
from studio.errors import StudioError
from tests.core.running import KEY, parts, studio
from tests.fake_service import answer_with, tiny_png
from tests.providers.gateway import Authority, Gateway, Line, Scene, head

SOON = 15.0
"""Seconds after which every one of these must be over on a busy machine; half of what is held."""

BODY = json.dumps(answer_with(tiny_png(64, 64) + random.Random(3).randbytes(30_000))).encode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    pytest.importorskip("cryptography")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["plain", "tls"])
def gateway(request, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with Gateway(authority.context() if request.param == "tls" else None) as one:
        yield one


@dataclass
class End:
    """How a fault ends: in a picture (`kind` ""), or in an error of that kind.

    Attributes:
        keeps: bytes of the answer that stay in the journal; None where nothing is kept.
        encrypted: only with TLS.
    """

    play: Scene
    kind: str = ""
    billed: str = "maybe"
    keeps: int | None = None
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


BOMB = gzip.compress(b'{"candidates": [' + b" " * (300 << 20))
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
        lambda line: line.send(head(200, b"", "length", Content_Length="much") + BODY), "network"
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
    "a packing that is none": End(answered(BODY, Content_Encoding="gzip"), "server", keeps=None),
    "a packing nobody knows": End(answered(BODY, Content_Encoding="br"), "server", keeps=None),
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
    gateway: Gateway, tmp_path: Path, monkeypatch, name: str
) -> None:
    end = FAULTS[name]
    if end.encrypted and not gateway.url.startswith("https"):
        pytest.skip("without encryption there is no such fault")
    monkeypatch.setattr("studio.providers.transport.ERROR_SECONDS", 0.5)
    gateway.play(end.play)
    async with studio(tmp_path, gateway) as one:
        one.core.queue._make_once = _once(one.core.queue._make_once)
        began = time.monotonic()
        (job,) = await one.submit()
        await one.until(lambda: one.removed(job) or one.last[job.id].state is JobState.FAILED)
        assert time.monotonic() - began < SOON
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
        one.core.settings.value = replace(one.core.settings.value, outer_limit=0.4)
        (job,) = await one.submit()
        await one.reaches(job, JobState.FAILED)
        assert (one.failure(job).kind, one.failure(job).billed) == ("network", "maybe")
        (line,) = gateway.lines
        assert line.left is not None


async def test_a_trickle_ends_at_the_outer_limit_and_what_came_is_kept(gateway, tmp_path):
    def trickle(line: Line) -> None:
        line.send(head(200, BODY))
        line.drip(BODY[:-1] + b" " * 100_000, 40)

    gateway.play(trickle)
    async with studio(tmp_path, gateway) as one:
        one.core.settings.value = replace(one.core.settings.value, outer_limit=0.4)
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
            one.core.queue._make_once = _once(one.core.queue._make_once)
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            failure = one.failure(job)
            assert (failure.kind, failure.billed) == ("network", "no")
            assert "not safe" in failure.title
    assert one_gateway.lines == []


async def test_one_that_answers_words_is_not_asked_again(gateway, tmp_path):
    gateway.play(lambda line: line.answer(json.dumps(parts({"text": "No."})).encode()))
    async with studio(tmp_path, gateway) as one:
        (job,) = await one.submit()
        await one.reaches(job, JobState.FAILED)
        assert one.failure(job).kind == "no_image"
    assert len(gateway.lines) == 1
