"""Every numbered case with a body over real sockets: encrypted, compressed, in pieces.

What each answer means is in the tables of `test_cases_answers` and `test_cases_errors`; here they
take the whole way from the socket through the journal.
"""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import pytest

from studio.common.errors import StudioError
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import Profile
from studio.domain.entities import GenerationRequest, Job, new_id
from studio.generation.journal import Journal
from studio.generation.response_sink import AnswerSink
from studio.providers.base import AnswerSource, SpilledString
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider
from studio.providers.transport import HttpClient
from tests.providers.authority import Authority
from tests.providers.gateway import Gateway, Line
from tests.providers.test_cases_answers import BEST, FAILURES, KEY, SUCCESSES, image, parts
from tests.providers.test_cases_errors import CASES

CATALOGUE = Catalogue(today=lambda: "2026-11-23")
WAYS = list(itertools.product(("length", "chunked", "close"), (False, True)))
"""How a body is framed, and whether it comes packed although nobody asked for it."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    pytest.importorskip("cryptography")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def gateway(authority):
    with Gateway(authority.context()) as one:
        yield one


@pytest.fixture
def trusted(authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))


def scene(status, body, way):
    framing, packed = way
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    more = {"Content_Encoding": "gzip"} if packed else {}

    def play(line: Line) -> None:
        line.answer(gzip.compress(data) if packed else data, status, framing, **more)

    return play


async def asked(gateway, folder: Path):
    """The answer and its pictures' bytes, over the wire and through the journal."""
    profile = Profile(name="dgrid", title="DGrid", base_url=gateway.url)
    provider = GeminiProvider(profile, lambda id: CATALOGUE.find("dgrid", id))
    request = GenerationRequest(profile="dgrid", model=BEST, prompt="p", size="1K")
    journal, lane, client = Journal(folder), SerialExecutor("test"), HttpClient()
    entry = journal.queue(Job(id=new_id(), run=new_id(), request=request, created=0.0))
    sink = AnswerSink(journal, entry, lane, provider, lambda _bytes: None)
    try:
        await provider.send(request, [], KEY, client, sink)
        scan = await sink.finish()
        await sink.finish_journal(lane)
        source = AnswerSource(
            status=sink.code,
            headers=sink.headers,
            body=entry.body,
            request=request,
            scan=scan,
            key=KEY,
        )
        answer = provider.read(source)
        early = {place: part.path.read_bytes() for place, part in sink.parts.found.items()}
    finally:
        await sink.abandon()
        await client.close()
        lane.close()
    pictures = [
        (one.data, b"".join(one.chunks(entry.body))) for one in answer.pictures if not one.url
    ]
    for place, data in pictures:
        # What was decoded while it came is what is in the journal.
        if isinstance(place, SpilledString):
            assert early.get(place, data) == data
    return answer, [data for _place, data in pictures]


@pytest.mark.one_loop
@pytest.mark.parametrize("name", SUCCESSES)
async def test_what_is_rescued_from_a_file_is_rescued_from_a_socket(
    gateway, trusted, tmp_path, name
):
    body, want = SUCCESSES[name]
    gateway.play(scene(200, body, WAYS[sum(name.encode()) % len(WAYS)]))
    answer, pictures = await asked(gateway, tmp_path)
    assert pictures == want.pictures
    assert [one.url for one in answer.pictures if one.url] == want.urls
    assert answer.words == want.words


@pytest.mark.one_loop
@pytest.mark.parametrize("name", FAILURES)
async def test_what_has_no_picture_says_why(gateway, trusted, tmp_path, name):
    body, kind, billed, says = FAILURES[name]
    gateway.play(scene(200, body, WAYS[sum(name.encode()) % len(WAYS)]))
    with pytest.raises(kind) as caught:
        await asked(gateway, tmp_path)
    assert says in f"{caught.value.title} {caught.value.message}"
    assert caught.value.billed == billed


@pytest.mark.one_loop
@pytest.mark.parametrize("name", CASES)
async def test_every_error_is_reported(gateway, trusted, tmp_path, name):
    status, body, kind, repeats, says = CASES[name]
    gateway.play(scene(status, body, WAYS[sum(name.encode()) % len(WAYS)]))
    with pytest.raises(kind) as caught:
        await asked(gateway, tmp_path)
    found = caught.value
    assert (found.repeats if found.retryable else 0) == repeats
    assert says in f"{found.title} {found.message} {found.hint}"


def stream(*events, end=b""):
    return b"".join(b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in events) + end


A, B = b"\x89PNG\r\n\x1a\nAAAA", b"\xff\xd8\xffB" * 900_000
PLAIN, LONG = image(A), image(B)
STREAMS: dict[str, tuple[bytes, list[bytes] | str]] = {
    "T01 words, one line of 5 MB, usage": (
        stream(parts({"text": "Here "}), parts({"text": "it is"}), parts(LONG),
               {"usageMetadata": {"promptTokenCount": 3}}), [B]),
    "T02 comments and the end": (
        b": ping\r\n\r\n" + stream(parts(PLAIN), end=b": ping\n\ndata: [DONE]\n\n"), [A]),
    "T02 no blank line at the end": (stream(parts(PLAIN)).rstrip(), [A]),
    "T03 an error after words": (
        stream(parts({"text": "I begin"}), {"error": {"message": "overloaded", "code": 503}}),
        "I begin"),
    "T04 a refusal": (stream({"promptFeedback": {"blockReason": "SAFETY"}}), "refused"),
    "T05 a whole answer": (json.dumps(parts(PLAIN)).encode(), [A]),
}  # fmt: skip


@pytest.mark.parametrize("framing", ["chunked", "close"])
@pytest.mark.parametrize("name", STREAMS)
async def test_a_stream_is_read_as_the_answer_it_is(gateway, trusted, tmp_path, name, framing):
    body, want = STREAMS[name]
    kind = "application/json" if name.startswith("T05") else "text/event-stream"
    gateway.play(lambda line: line.answer(body, 200, framing, Content_Type=kind))
    if isinstance(want, list):
        assert (await asked(gateway, tmp_path))[1] == want
        return
    with pytest.raises(StudioError) as caught:
        await asked(gateway, tmp_path)
    assert want in f"{caught.value.title} {caught.value.message} {caught.value.details}"
