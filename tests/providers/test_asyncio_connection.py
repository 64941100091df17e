"""The bare connection: bounded, exact about what was sent, and closed at once."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator

import pytest

from studio.common.errors import NetworkError
from studio.providers import asyncio_connection
from studio.providers.asyncio_connection import TcpConnection, TlsConnection
from studio.providers.transport import HttpClient, HttpReply
from tests.providers.authority import Authority
from tests.providers.gateway import Gateway

LARGE = bytes(range(256)) * 16_384
"""4 MB: more than sockets and buffers hold."""


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[TcpConnection, socket.socket]]:
    """A line, and the service's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = await TcpConnection.open(*listener.getsockname(), seconds=5)
        other, _address = listener.accept()
        with other:
            try:
                yield line, other
            finally:
                line.close()
                # The loop lets go of the socket in its next round.
                await asyncio.sleep(0)


async def test_what_came_is_read_and_then_the_end() -> None:
    async with connected() as (line, other):
        other.sendall(b"hello")
        assert await line.read(2) == b"he"
        assert line.readable
        assert (await line.read(9), line.readable) == (b"llo", False)
        other.close()
        assert await line.read(9) == b""
        assert await line.read(9) == b""


async def test_a_service_is_left_unread_until_somebody_takes_what_came() -> None:
    async with connected() as (line, other):
        sending = asyncio.create_task(asyncio.to_thread(other.sendall, LARGE))
        first = await line.read(1)
        while not line.paused:
            await asyncio.sleep(0)
        assert line.waiting < asyncio_connection.MOST_WAITING + 256 * 1024
        assert not sending.done()
        taken = [first]
        while sum(map(len, taken)) < len(LARGE):
            taken.append(await line.read(100_000))
        assert b"".join(taken) == LARGE
        await sending


async def test_written_means_that_the_system_has_it() -> None:
    async with connected() as (line, other):
        writing = asyncio.create_task(line.write(LARGE, seconds=20))
        got = await asyncio.to_thread(other.recv, 1000)
        assert not writing.done(), "no socket holds four megabytes"
        while len(got) < len(LARGE):
            got += await asyncio.to_thread(other.recv, 1 << 20)
        await writing
        assert got == LARGE


async def test_a_line_that_breaks_while_it_is_written_says_so() -> None:
    async with connected() as (line, other):
        writing = asyncio.create_task(line.write(LARGE))
        await asyncio.to_thread(other.recv, 1000)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
        with pytest.raises(OSError, match=r"."):
            await writing
        with pytest.raises(OSError, match=r"."):
            await line.write(b"more")


async def test_what_came_before_a_reset_is_read_before_it_is_reported() -> None:
    async with connected() as (line, other):
        other.sendall(b"last words")
        while not line.readable:
            await asyncio.sleep(0)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
        assert await line.read(100) == b"last words"
        with pytest.raises(OSError, match=r"."):
            await line.read(100)


async def test_closing_is_seen_by_both_sides_at_once() -> None:
    async with connected() as (line, other):
        reading = asyncio.create_task(line.read(100))
        await asyncio.sleep(0)
        line.close()
        with pytest.raises(ConnectionResetError):
            await reading
        other.settimeout(60)
        assert other.recv(100) == b""


async def test_silence_ends_after_the_time_given() -> None:
    async with connected() as (line, _other):
        with pytest.raises(TimeoutError):
            await line.read(100, seconds=0.01)
        with pytest.raises(TimeoutError):
            await line.write(LARGE, seconds=0.05)


async def test_a_refused_connection_is_an_error_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with pytest.raises(ConnectionRefusedError):
        await TcpConnection.open(*address, seconds=5)


async def test_tls_reads_many_records_at_once_and_ends_without_a_farewell(tmp_path) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=str(authority.file))

    def serve(other: socket.socket) -> None:
        with authority.context().wrap_socket(other, server_side=True) as secured:
            assert secured.recv(5) == b"hello"
            secured.sendall(LARGE)
            # No farewell: the socket below is just closed.

    async with connected() as (line, other):
        serving = asyncio.create_task(asyncio.to_thread(serve, other.dup()))
        other.close()
        secured = await TlsConnection.open(line, trusting, "127.0.0.1", seconds=10)
        assert secured.info("ssl_object").version().startswith("TLS")
        await secured.write(b"hello", seconds=10)
        pieces = []
        while piece := await secured.read(256 * 1024, seconds=10):
            pieces.append(piece)
        await serving
        assert b"".join(pieces) == LARGE
        assert len(pieces) < len(LARGE) // 16_384, "a record at a time costs a round each"


async def test_written_over_tls_means_that_the_system_has_it(tmp_path) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=str(authority.file))
    go_on = threading.Event()

    def serve(other: socket.socket) -> None:
        with authority.context().wrap_socket(other, server_side=True) as secured:
            go_on.wait(60)
            while secured.recv(1 << 20):
                pass

    async with connected() as (line, other):
        serving = asyncio.create_task(asyncio.to_thread(serve, other.dup()))
        other.close()
        secured = await TlsConnection.open(line, trusting, "127.0.0.1", seconds=10)
        with contextlib.suppress(TimeoutError):
            while True:
                await secured.write(bytes(1 << 16), seconds=0.05)
                assert line.unsent == 0
        assert line.unsent > 0, "the last piece was too much"
        go_on.set()
        line.close()
        with contextlib.suppress(OSError):
            await serving


async def test_what_came_over_tls_before_a_reset_is_read_before_it_is_reported(tmp_path) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=str(authority.file))
    arrived = threading.Event()
    data = LARGE[:200_000]

    def serve(other: socket.socket) -> None:
        with authority.context().wrap_socket(other, server_side=True) as secured:
            secured.sendall(data)
            arrived.wait(60)
            secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with connected() as (line, other):
        serving = asyncio.create_task(asyncio.to_thread(serve, other.dup()))
        other.close()
        secured = await TlsConnection.open(line, trusting, "127.0.0.1", seconds=10)
        while line.waiting < len(data):
            await asyncio.sleep(0)
        arrived.set()
        await serving
        while not line.ended:
            await asyncio.sleep(0)
        got = b""
        while len(got) < len(data):
            got += await secured.read(1 << 16)
        assert got == data
        with pytest.raises(OSError, match=r"."):
            await secured.read(1 << 16)


async def test_tls_to_somebody_else_is_refused(tmp_path) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)

    def serve(other: socket.socket) -> None:
        with pytest.raises(OSError, match=r"."):
            authority.context().wrap_socket(other, server_side=True)

    async with connected() as (line, other):
        serving = asyncio.create_task(asyncio.to_thread(serve, other.dup()))
        with pytest.raises(ssl.SSLCertVerificationError):
            await TlsConnection.open(line, ssl.create_default_context(), "127.0.0.1", seconds=10)
        await serving


def _passed_on(
    listener: socket.socket, asked: list[bytes], context: ssl.SSLContext | None = None
) -> None:
    """A proxy for one connection: does as it is told by CONNECT, then passes everything on."""
    client, _address = listener.accept()
    if context is not None:
        client = context.wrap_socket(client, server_side=True)
    with client:
        asked.append(client.recv(4096))
        host, _colon, port = asked[0].split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as service:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            ways = {client: service, service: client}
            while True:
                for one in select.select(list(ways), [], [])[0]:
                    if not (data := one.recv(1 << 16)):
                        return
                    ways[one].sendall(data)
                    # What TLS has read already makes no socket readable.
                    while isinstance(one, ssl.SSLSocket) and one.pending():
                        ways[one].sendall(one.recv(1 << 16))


@contextlib.asynccontextmanager
async def _models_through_proxy(
    gateway: Gateway,
    asked: list[bytes],
    context: ssl.SSLContext | None = None,
    login: str = "",
) -> AsyncIterator[HttpReply]:
    """The gateway's list of models, asked for through a proxy; with `context` one over TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "http" if context is None else "https"
        proxy = f"{scheme}://{login}127.0.0.1:{listener.getsockname()[1]}"
        passing = asyncio.create_task(asyncio.to_thread(_passed_on, listener, asked, context))
        client = HttpClient(proxy_for=lambda _scheme, _host: proxy)
        try:
            yield await client.get_json(
                f"{gateway.url}/v1/models", {"Authorization": "Bearer sk-1"}
            )
        finally:
            await client.close()
            with contextlib.suppress(OSError):
                await passing


@pytest.mark.parametrize("over_tls", [False, True])
async def test_tls_goes_through_a_proxy_that_sees_none_of_it(
    tmp_path, monkeypatch, over_tls
) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    asked: list[bytes] = []
    context = authority.context() if over_tls else None
    with Gateway(authority.context()) as gateway:
        gateway.play(lambda line: line.answer(b'{"data": [{"id": "one"}]}'))
        async with _models_through_proxy(gateway, asked, context) as reply:
            assert (reply.status, reply.body) == (200, b'{"data": [{"id": "one"}]}')
    assert "Bearer sk-1" in gateway.lines[0].head
    assert asked[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"sk-1" not in asked[0]


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ("ann:a%23b@", b"Proxy-Authorization: Basic YW5uOmEjYg==\r\n"),
        ("ann@", b"Proxy-Authorization: Basic YW5uOg==\r\n"),
        ("@", b""),
        ("", b""),
    ],
)
async def test_a_proxy_gets_the_login_that_its_address_has(
    tmp_path, monkeypatch, login, header
) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    asked: list[bytes] = []
    with Gateway(authority.context()) as gateway:
        gateway.play(lambda line: line.answer(b"{}"))
        async with _models_through_proxy(gateway, asked, login=login) as reply:
            assert reply.status == 200
    assert header in asked[0]
    assert (b"Proxy-Authorization" in asked[0]) is bool(header)
    assert "Proxy-Authorization" not in gateway.lines[0].head


async def test_a_certificate_is_named_also_when_it_came_through_tls_to_a_proxy(
    tmp_path, monkeypatch
) -> None:
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    with (
        Gateway(stranger.context(), pretends=True) as gateway,
        pytest.raises(NetworkError) as caught,
    ):
        async with _models_through_proxy(gateway, [], authority.context()):
            pass
    assert "cannot be trusted" in caught.value.message
