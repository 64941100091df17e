"""A picture behind an address: fetched at once, without the key, from public addresses only."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from studio.common.errors import Billed, NoPicture, NotFetched
from studio.domain.entities import JobState
from studio.providers.fetching import FetchPolicy
from studio.providers.transport import HttpClient, TransferLimits
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import KEY, parts, studio
from tests.providers.authority import Authority

PNG = tiny_png(16, 9)
HERE = FetchPolicy(loopback=True, pause=0, proxied=False)


class CollectingFetchSink:
    def __init__(self):
        self.data = b""
        self.begun = 0

    async def begin_picture(self):
        self.data = b""
        self.begun += 1

    async def chunk(self, data):
        self.data += data


async def fetched(url, policy=HERE, limits=None):
    client, taker = HttpClient(policy=policy, limits=limits), CollectingFetchSink()
    try:
        await client.fetch(url, taker)
    finally:
        await client.close()
    return taker


async def refused(url, policy=HERE, kind=NoPicture, limits=None):
    with pytest.raises(kind) as caught:
        await fetched(url, policy, limits)
    assert type(caught.value) is kind
    assert caught.value.billed is Billed.MAYBE
    assert url in caught.value.message
    return caught.value


def serving(*replies):
    rest = list(replies)
    return FakeService(fallback=lambda _request: rest.pop(0) if len(rest) > 1 else rest[0])


def picture(**more):
    return Reply(body=PNG, headers={"Content-Type": "text/plain"}, **more)


def moved(to):
    return Reply(302, b"", headers={"Location": to, "Set-Cookie": "a=b; Path=/"})


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_a_picture_is_fetched_with_nothing_that_tells_who_asks(framing):
    with serving(picture(framing=framing, pieces=5)) as service:
        taker = await fetched(f"{service.url}/a/b.png?sig=1%2F2")
    assert (taker.data, taker.begun) == (PNG, 1)
    (request,) = service.requests
    assert (request.method, request.path) == ("GET", "/a/b.png?sig=1%2F2")
    assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert request.headers["host"] == f"127.0.0.1:{service.port}"


async def test_it_is_asked_at_the_very_address_that_was_looked_at():
    asked = []

    async def resolve(host, port):
        asked.append((host, port))
        return ["127.0.0.1"]

    with serving(picture()) as service:
        policy = FetchPolicy(loopback=True, resolve=resolve, proxied=False)
        await fetched(f"http://pictures.example:{service.port}/x", policy)
    assert asked == [("pictures.example", service.port)]
    assert service.requests[0].headers["host"] == f"pictures.example:{service.port}"


async def test_the_next_address_of_a_name_is_tried_when_one_does_not_answer():
    async def resolve(host, port):
        return ["::1", "127.0.0.1"]

    with serving(picture()) as service:
        policy = FetchPolicy(loopback=True, resolve=resolve, proxied=False)
        taker = await fetched(f"http://pictures.example:{service.port}/x", policy)
    assert taker.data == PNG


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/x.png",
        "ftp://example.org/x.png",
        "gs://bucket/x.png",
        "file:///etc/passwd",
        "https://",
        "https://u:p@example.org/x.png",
        "https://example.org:99999/x.png",
        "https://exa mple.org/x.png",
        "https://[::1/x.png",
        "https://127.0.0.1/x.png",
        "https://127.1/x.png",
        "https://2130706433/x.png",
        "https://0x7f000001/x.png",
        "https://0/x.png",
        "https://10.1.2.3/x.png",
        "https://172.20.0.1/x.png",
        "https://192.168.1.1/x.png",
        "https://100.64.0.1/x.png",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/x.png",
        "https://255.255.255.255/x.png",
        "https://[::1]/x.png",
        "https://[::]/x.png",
        "https://[fe80::1%25eth0]/x.png",
        "https://[fd00::1]/x.png",
        "https://[::ffff:10.0.0.1]/x.png",
        "https://[::ffff:127.0.0.1]/x.png",
        "https://[64:ff9b::7f00:1]/x.png",
        "https://[2002:7f00:1::]/x.png",
        "https://[::127.0.0.1]/x.png",
        "https://[fec0::1]/x.png",
        "https://[64:ff9b:1::1]/x.png",
        "https://[64:ff9b::a9fe:a9fe]/x.png",
        "https://[3fff::1]/x.png",
        "https://[5f00::1]/x.png",
        "https://[2606:4700::1111%25eth0]/x.png",
        "https://[2606:4700::1111%eth0]/x.png",
        "https://192.0.0.8/x.png",
        "https://0177.0.0.1/x.png",
        "https://198.19.0.1/x.png",
    ],
)
async def test_what_is_unsafe_or_leads_inside_is_not_asked(url):
    await refused(url, FetchPolicy(proxied=False))


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["fe80::1%eth0"],
        ["2606:4700::1111%eth0"],
        ["fec0::1"],
        ["93.184.216.34", "10.0.0.1"],
        [],
    ],
)
async def test_a_name_that_leads_inside_is_not_asked(found):
    async def resolve(host, port):
        return found

    await refused("https://pictures.example/x.png", FetchPolicy(resolve=resolve, proxied=False))


@pytest.mark.parametrize("name", ["localhost", "printer", "nas.local", "a.corp", "x.localhost."])
async def test_behind_a_proxy_names_of_this_network_are_not_asked(name, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    policy = FetchPolicy(pause=0)
    assert "network" in (await refused(f"https://{name}/x.png", policy)).message


async def test_behind_a_proxy_a_name_is_passed_to_it(monkeypatch):
    with FakeService() as service:
        monkeypatch.setenv("https_proxy", service.url)
        await refused("https://pictures.example/x.png", FetchPolicy(pause=0), NotFetched)
    assert {one.method for one in service.requests} == {"CONNECT"}
    assert {one.path for one in service.requests} == {"pictures.example:443"}


async def test_three_redirections_are_followed_and_each_is_looked_at():
    with serving(moved("/2"), moved("?3"), moved("../4"), picture()) as service:
        taker = await fetched(f"{service.url}/1")
        assert taker.data == PNG
        assert [one.path for one in service.requests] == ["/1", "/2", "/2?3", "/4"]
        assert not any("cookie" in one.headers for one in service.requests)
    with serving(moved("/again")) as service:
        assert "Too many redirects" in (await refused(f"{service.url}/1")).message
        assert len(service.requests) == 4


@pytest.mark.parametrize("to", ["https://10.0.0.1/", "file:///etc/passwd", "gopher://x", "", "//["])
async def test_a_redirection_does_not_lead_inside(to):
    with serving(moved(to)) as service, pytest.raises(NoPicture):
        await fetched(f"{service.url}/1")
    assert len(service.requests) == 1


@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_picture_without_end_is_not_taken(framing):
    with serving(Reply(body=PNG + b"\0" * 200_000, framing=framing, pieces=20)) as service:
        await refused(f"{service.url}/x.png", limits=TransferLimits(picture=100_000))


@pytest.mark.parametrize("body", [b"", b"\x89PNG", b"<!DOCTYPE html>" + b" " * 9000, b"{}" * 99])
async def test_what_is_no_picture_is_not_taken_whatever_it_is_called(body):
    headers = {"Content-Type": "image/png"}
    with serving(Reply(body=body, headers=headers)) as service:
        assert "not a picture" in (await refused(f"{service.url}/x.png")).message


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410])
async def test_an_address_that_expired_is_not_asked_again(status):
    with serving(Reply(status, b"")) as service:
        assert str(status) in (await refused(f"{service.url}/x.png")).message
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "bad", [Reply(503, b""), Reply(reset="request"), picture(cut=40, framing=len(PNG))]
)
async def test_fetching_is_free_and_tried_three_times(bad):
    with serving(bad, bad, picture()) as service:
        assert (await fetched(f"{service.url}/x.png")).data == PNG
    with serving(bad) as service:
        await refused(f"{service.url}/x.png", kind=NotFetched)
    assert len(service.requests) == 3


async def test_the_certificate_must_be_for_the_name_and_not_for_the_address(tmp_path, monkeypatch):
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def resolve(host, port):
        return ["127.0.0.1"]

    policy = FetchPolicy(loopback=True, resolve=resolve, pause=0, proxied=False)
    with encrypted(authority.context("pictures.example")) as port:
        taker = await fetched(f"https://pictures.example:{port}/x.png", policy)
        assert taker.data == PNG
        error = await refused(f"https://others.example:{port}/x.png", policy, NotFetched)
        assert "certificate" in error.message


class encrypted:  # noqa: N801 - a context manager, read like a function
    """A server on loopback that gives one small picture over TLS, again and again."""

    def __init__(self, context):
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self._listener.getsockname()[1]

    def __exit__(self, *_ignored):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(60)

    def _serve(self):
        while True:
            try:
                plain, _address = self._listener.accept()
            except OSError:
                return
            with plain:
                try:
                    with self._context.wrap_socket(plain, server_side=True) as line:
                        line.recv(65536)
                        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(PNG)}\r\n\r\n"
                        line.sendall(head.encode() + PNG)
                except OSError:
                    continue


def both(request, url, *, picture_reply):
    """The service itself, and beside it the place where its pictures lie."""
    if request.method == "GET":
        return picture_reply
    return Reply(body=parts({"text": f"![a lamp]({url})"}))


async def test_what_lies_at_an_address_is_in_the_library_like_any_other(tmp_path):
    with FakeService() as pictures, FakeService() as service:
        pictures.fallback = lambda _request: picture()
        url = f"{pictures.url}/made.png"
        service.fallback = lambda request: both(request, url, picture_reply=Reply(404))
        async with studio(tmp_path, service) as one:
            (await one.core.making()).client.policy = HERE
            (job,) = await one.submit()
            await one.gone(job)
            (found,) = await one.pictures()
            data = (one.core.library.folder / found.path).read_bytes()
    assert data == PNG
    assert found.bytes == len(PNG)
    assert KEY not in json.dumps([one.headers for one in pictures.requests])
    assert one.journal == []


async def test_a_broken_line_keeps_the_answer_and_try_again_costs_nothing(tmp_path):
    with FakeService() as pictures, FakeService() as service:
        pictures.fallback = lambda _request: Reply(503, b"")
        url = f"{pictures.url}/made.png"
        service.fallback = lambda request: both(request, url, picture_reply=Reply(404))
        async with studio(tmp_path, service) as one:
            (await one.core.making()).client.policy = HERE
            (job,) = await one.submit()
            failed = await one.reaches(job, JobState.FAILED)
            assert url in one.failure(job).message
            pictures.fallback = lambda _request: picture()
            one.core.queue.retry(failed)
            await one.gone(job)
            assert len(await one.pictures()) == 1
    assert len(service.requests) == 1


async def test_an_address_that_is_not_asked_fails_with_it_in_the_words(tmp_path):
    with FakeService() as service:
        url = "http://127.0.0.1:9/made.png"
        service.fallback = lambda request: both(request, url, picture_reply=Reply(404))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            failure = one.failure(job)
    assert url in failure.message
    assert failure.billed is Billed.MAYBE
    assert failure.request_id == ""
