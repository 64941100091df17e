"""The transport on real sockets: complete answers, broken ones, and their billing."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import struct
import subprocess
import sys
import threading
from contextlib import asynccontextmanager

import httpcore
import pytest

from studio.common.errors import (
    Billed,
    IncompleteAnswer,
    InputError,
    NetworkError,
    ServiceError,
    StorageError,
)
from studio.providers import transport
from studio.providers.gemini.scan import GeminiScanner
from studio.providers.network import NetworkStream
from studio.providers.transport import HttpClient, TransferLimits, check_address
from tests.bombs import gzip_bomb
from tests.canary import KEY
from tests.fake_service import FakeService, Reply, answer_with, tiny_png

ANSWER = answer_with(tiny_png() + b"\0" * 200_000)
BODY = json.dumps(ANSWER).encode()
ASKED = json.dumps({"contents": [{"role": "user", "parts": [{"text": "p"}]}]}).encode()


class OrderedSink:
    """Takes an answer as the queue does, and remembers in which order things came."""

    def __init__(self):
        self.code = 0
        self.headers = {}
        self.body = b""
        self.events = []
        self.began = asyncio.Event()
        self.scanner = GeminiScanner()

    async def before(self):
        self.events.append("before")

    async def status(self, code, headers):
        self.code, self.headers = code, headers
        self.events.append("status")

    async def chunk(self, data):
        self.body += data
        self.scanner.feed(data)
        self.events.append("chunk")
        self.began.set()

    @property
    def whole(self):
        return self.scanner.complete

    promising = False


@pytest.fixture
def service():
    with FakeService() as one:
        yield one


@asynccontextmanager
async def client(**more):
    one = HttpClient(**more)
    try:
        yield one
    finally:
        await one.close()


async def post(
    service, sink, *, body=ASKED, path="/v1/models/m:generateContent", url=None, one=None
):
    async with client() as own:
        await (one or own).post(
            (url or service.url) + path,
            {"Authorization": f"Bearer {KEY}", "Accept-Encoding": "identity"},
            body,
            sink,
            before_first_byte=sink.before,
        )


async def failed(kind, *arguments, **more):
    with pytest.raises(kind) as caught:
        await post(*arguments, **more)
    assert KEY not in f"{caught.value!r} {caught.value.details} {caught.value.__cause__!r}"
    return caught.value


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_an_answer_arrives_whole_in_every_framing(service, framing):
    sink = OrderedSink()
    service.script(Reply(body=BODY, framing=framing, pieces=7))
    await post(service, sink, body=b'{"a":1}')
    assert sink.body == BODY
    assert sink.whole
    assert sink.events[:2] == ["before", "status"]
    request = service.requests[0]
    assert (request.method, request.body) == ("POST", b'{"a":1}')
    assert request.path == "/v1/models/m:generateContent"
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [302, 400, 401, 429, 503])
async def test_an_answer_of_any_status_goes_to_the_sink(service, status):
    sink = OrderedSink()
    headers = {"Retry-After": "7", "Location": "http://127.0.0.1:1/elsewhere"}
    service.script(Reply(status, {"error": {"message": "m"}}, headers=headers))
    await post(service, sink)
    assert sink.code == status
    assert sink.headers["retry-after"] == "7"
    assert json.loads(sink.body) == {"error": {"message": "m"}}
    assert len(service.requests) == 1


async def test_an_answer_compressed_without_request_is_decompressed(service):
    sink = OrderedSink()
    service.script(Reply(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"}))
    await post(service, sink)
    assert sink.body == BODY
    assert "content-encoding" not in sink.headers


@pytest.mark.parametrize("signs", [1 << 18, (1 << 18) - 8, 10_000_000])
async def test_unpacking_loses_nothing_at_any_length(service, signs):
    sink = OrderedSink()
    plain = b'{"a":"' + b"A" * signs + b'"}'
    service.script(Reply(body=gzip.compress(plain), headers={"Content-Encoding": "gzip"}, pieces=3))
    await post(service, sink)
    assert sink.body == plain


@pytest.mark.parametrize(("encoding", "named"), [("br", True), ("zstd, gzip", True), ("", False)])
async def test_what_cannot_be_decompressed_is_passed_on_unchanged(service, encoding, named):
    sink = OrderedSink()
    service.script(Reply(body=b"\x0b\x80 packed", headers={"Content-Encoding": encoding}))
    await post(service, sink)
    assert sink.body == b"\x0b\x80 packed"
    assert sink.headers.get("content-encoding", "") == (encoding if named else "")


async def test_a_packing_that_breaks_off_is_named(service):
    packed = gzip.compress(BODY)
    service.script(Reply(body=packed[:200] + b"\xff" * 200, headers={"Content-Encoding": "gzip"}))
    error = await failed(ServiceError, service, OrderedSink())
    assert "gzip" in error.message
    assert error.billed is Billed.MAYBE


async def test_a_picture_is_waited_for_without_limit_and_a_connection_is_not(service):
    seen = []
    async with client() as one:
        routes = await one._open()
        handle = routes.handle_async_request

        async def look(request):
            seen.append(request.extensions["timeout"])
            return await handle(request)

        routes.handle_async_request = look
        await post(service, OrderedSink(), one=one)
    assert seen == [{"connect": 15, "write": 120, "read": None, "pool": None}]


async def test_nothing_a_service_says_is_remembered_for_the_next_request(service):
    service.script(Reply(body=BODY, headers={"Set-Cookie": "who=you; Path=/"}))
    async with client() as one:
        await post(service, OrderedSink(), one=one)
        await post(service, OrderedSink(), one=one)
    assert "cookie" not in service.requests[1].headers


async def test_a_bomb_is_refused_while_it_unfolds(service):
    bomb = gzip_bomb(b'{"a":"', 64, b"A")
    service.script(Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
    sink = OrderedSink()
    async with client(limits=TransferLimits(body=1 << 20)) as one:
        error = await failed(ServiceError, service, sink, one=one)
    assert "too large" in error.title
    assert len(sink.body) <= 1 << 20


async def test_a_huge_error_page_is_left_unread(service):
    sink = OrderedSink()
    service.script(Reply(500, b"<p>" * 3_000_000))
    await post(service, sink)
    assert sink.code == 500
    assert len(sink.body) <= transport.MAX_ERROR_BODY


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
async def test_a_cut_answer_is_incomplete_and_not_sent_again(service, framing, share):
    service.script(Reply(body=BODY, framing=framing, cut=int(len(BODY) * share)))
    error = await failed(IncompleteAnswer, service, OrderedSink())
    assert error.billed is Billed.MAYBE
    assert not error.retryable
    assert len(service.requests) == 1


async def test_a_reset_within_the_answer_is_incomplete(service):
    service.script(Reply(body=BODY, cut=1000, reset="body"))
    error = await failed(IncompleteAnswer, service, OrderedSink())
    assert error.billed is Billed.MAYBE


async def test_a_break_after_the_last_bracket_loses_nothing(service):
    sink = OrderedSink()
    service.script(Reply(body=BODY, framing=len(BODY) + 100))
    await post(service, sink)
    assert sink.whole
    assert sink.body == BODY


async def test_a_cut_error_body_still_tells_its_status(service):
    sink = OrderedSink()
    service.script(Reply(503, b'{"error": {"message": "overloaded"}}', framing=5000))
    await post(service, sink)
    assert sink.code == 503


async def test_a_break_after_sending_may_have_been_charged(service):
    service.script(Reply(reset="request"))
    error = await failed(NetworkError, service, OrderedSink())
    assert (error.billed, error.retryable) == (Billed.MAYBE, False)
    assert len(service.requests) == 1


async def test_a_break_while_sending_is_free_and_tried_once_more():
    sent_half = threading.Event()

    def hang_up(listener):
        connection, _address = listener.accept()
        connection.recv(1)
        sent_half.set()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=hang_up, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error = await failed(NetworkError, None, OrderedSink(), url=url, body=b"x" * (16 << 20))
        thread.join()
    assert sent_half.is_set()
    assert (error.billed, error.retryable, error.repeats) == (Billed.NO, True, 1)


async def test_a_body_that_just_ends_is_not_whole(service):
    sink = OrderedSink()
    service.script(Reply(body=BODY, framing="close", cut=len(BODY) // 2))
    await post(service, sink)
    assert sink.code == 200
    assert not sink.whole


async def test_nothing_reached_is_free_and_may_be_tried_again(service):
    sink = OrderedSink()
    with socket.socket() as silent:
        # Bound, so that nobody else gets the port, and not listening.
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = await failed(NetworkError, service, sink, url=url)
    assert (error.billed, error.retryable, error.kind) == (Billed.NO, True, "network")
    assert "does not answer" in error.message
    assert sink.events == []


async def test_an_unknown_host_is_named_so(service, monkeypatch):
    def unknown(*_arguments, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    sink = OrderedSink()
    error = await failed(NetworkError, service, sink, url="https://no.such.host.invalid")
    assert "not found" in error.title
    assert (error.billed, error.retryable) == (Billed.NO, True)
    assert sink.events == []


async def test_a_service_that_does_not_speak_tls_is_not_reached(service):
    error = await failed(
        NetworkError, service, OrderedSink(), url=service.url.replace("http://", "https://")
    )
    assert "not secure" in error.title
    assert error.billed is Billed.NO


async def test_a_proxy_that_refuses_is_named_and_nothing_was_sent(service, monkeypatch):
    def refuse(_request):
        return Reply(407, b"", framing="close")

    with FakeService(fallback=refuse) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        sink = OrderedSink()
        error = await failed(NetworkError, service, sink, url="https://service.invalid")
    assert "proxy" in error.title
    assert error.billed is Billed.NO
    assert sink.events == []
    assert proxy.requests[0].method == "CONNECT"


async def test_loopback_never_goes_through_a_proxy(service, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    sink = OrderedSink()
    await post(service, sink)
    assert sink.code == 200


async def test_when_the_journal_cannot_be_written_nothing_is_sent(service):
    class Full(OrderedSink):
        async def before(self):
            raise StorageError("The disk is full")

    await failed(StorageError, service, Full())
    assert service.requests == []


async def test_what_the_sink_refuses_ends_the_connection(service):
    class Full(OrderedSink):
        async def chunk(self, data):
            raise StorageError("The disk is full")

    service.script(Reply(body=BODY, pieces=50, pause=0.02))
    await failed(StorageError, service, Full())
    assert await asyncio.to_thread(service.requests[0].gone.wait, 60)


@pytest.mark.parametrize("when", ["waiting", "receiving"])
async def test_cancelling_closes_the_connection(service, when):
    sink = OrderedSink()
    forever = threading.Event()
    service.script(
        Reply(body=BODY, wait=forever)
        if when == "waiting"
        else Reply(body=BODY, pieces=1000, pause=0.02)
    )
    task = asyncio.create_task(post(service, sink))
    request = await asyncio.to_thread(service.wait_for, 1)
    if when == "receiving":
        await sink.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(request.gone.wait, 60)
    assert not sink.whole


async def test_an_outer_limit_ends_a_trickle(service):
    service.script(Reply(body=BODY, pieces=10_000, pause=0.01))
    task = asyncio.create_task(post(service, OrderedSink()))
    request = await asyncio.to_thread(service.wait_for, 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await task
    assert await asyncio.to_thread(request.gone.wait, 60)


async def test_a_connection_is_never_used_for_a_second_picture(service):
    async with client() as one:
        for _number in range(2):
            await post(service, OrderedSink(), one=one)
    assert [request.connection for request in service.requests] == [1, 2]


async def test_connections_without_a_proxy_need_no_pool(service, monkeypatch):
    closed = []
    close = NetworkStream.aclose

    async def counted(line):
        closed.append(line)
        await close(line)

    monkeypatch.setattr(httpcore, "AsyncConnectionPool", None)
    monkeypatch.setattr(NetworkStream, "aclose", counted)
    sink = OrderedSink()
    async with client() as one:
        await post(service, sink, one=one)
        assert sink.whole
        # With its answer, not with the client.
        assert len(closed) == 1
    assert len(closed) == 1


async def test_closing_the_client_closes_what_is_under_way(service):
    forever = threading.Event()
    service.script(Reply(body=BODY, wait=forever))
    async with client() as one:
        task = asyncio.create_task(post(service, OrderedSink(), one=one))
        request = await asyncio.to_thread(service.wait_for, 1)
    assert await asyncio.to_thread(request.gone.wait, 10)
    with pytest.raises(NetworkError):
        await task
    forever.set()


async def test_two_at_once_share_one_client_and_both_arrive(service):
    first, second = OrderedSink(), OrderedSink()
    hold = threading.Event()
    service.script(Reply(body=BODY, wait=hold), Reply(body=BODY))
    async with client() as one:
        slow = asyncio.create_task(post(service, first, one=one))
        await asyncio.to_thread(service.wait_for, 1)
        await post(service, second, one=one)
        assert second.whole
        assert not first.whole
        hold.set()
        await slow
    assert first.whole
    assert len(service.requests) == 2


async def test_a_list_is_fetched_and_an_endless_one_is_not(service):
    async with client() as one:
        reply = await one.get_json(service.url + "/v1/models", {"Authorization": "Bearer k"})
        assert reply.status == 200
        assert json.loads(reply.body)["object"] == "list"
        one.limits = TransferLimits(listing=50)
        with pytest.raises(ServiceError, match="too long"):
            await one.get_json(service.url + "/v1/models", {})


async def test_a_list_that_does_not_come_is_given_up():
    with FakeService(fallback=lambda _request: Reply(wait=30)) as silent:
        async with client(limits=TransferLimits(list_seconds=0.05)) as one:
            with pytest.raises(NetworkError) as caught:
                await one.get_json(silent.url + "/v1/models", {})
    assert caught.value.retryable


async def test_the_painter_answers_over_the_same_road():
    async def painter(method, url, headers, body):
        async def chunks():
            yield BODY[:10]
            yield BODY[10:]

        assert (method, body) == ("POST", b"{}")
        assert url.endswith("/v1/models/sketch:generateContent")
        return 200, {"content-type": "application/json"}, chunks()

    sink = OrderedSink()
    async with client(painter=painter) as one:
        await one.post(
            "sketch://local/v1/models/sketch:generateContent",
            {},
            b"{}",
            sink,
            before_first_byte=sink.before,
        )
    assert sink.whole
    assert sink.events == ["before", "status", "chunk", "chunk"]


@pytest.mark.parametrize(
    "url",
    ["http://api.example.com/v1", "http://127.0.0.1.example.com", "ftp://x.org", "x.org", "https://",
     "http://10.0.0.1", "http://localhost@evil.org", "https://["],
)  # fmt: skip
def test_a_key_goes_to_no_unsafe_address(url):
    with pytest.raises(InputError):
        check_address(url)


@pytest.mark.parametrize(
    "url", ["https://api.dgrid.ai", "http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"]
)
def test_https_and_this_machine_are_safe(url):
    check_address(url)


async def test_the_key_is_in_no_log(service, caplog):
    caplog.set_level(logging.DEBUG)
    sink = OrderedSink()
    await post(service, sink)
    assert KEY not in caplog.text
    assert service.url not in caplog.text


def test_httpx_is_not_loaded_before_the_first_request():
    code = (
        "import sys; from studio.providers import transport, gemini, catalogue;"
        "transport.HttpClient(); print('httpx' in sys.modules, 'PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("promising", [True, False])
async def test_an_answer_in_which_no_picture_begins_is_not_taken_for_ever(service, promising):
    body = b'{"words": "' + b"so " * 400_000 + b'"}'
    sink = OrderedSink()
    sink.promising = promising
    service.script(Reply(body=body))
    async with client(limits=TransferLimits(words=400_000)) as one:
        if promising:
            await post(service, sink, one=one)
            assert sink.body == body
        else:
            await failed(ServiceError, service, sink, one=one)
            assert 0 < len(sink.body) <= 400_000
