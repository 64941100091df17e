"""Proxies: SOCKS works, invalid settings are named in errors, passwords never are."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from pathlib import Path

import pytest

from studio.common.errors import InputError, NetworkError, NotFetched, StudioError
from studio.providers import proxies
from studio.providers.fetching import FetchPolicy
from studio.providers.transport import HttpClient
from tests.cli.conftest import program  # noqa: F401 - a fixture
from tests.cli.program import KEY, CliProgram
from tests.providers.authority import Authority
from tests.providers.gateway import Gateway

SECRET = "pass-word-9f27"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("http://proxy.example:8080/", "http://proxy.example:8080"),
        (" https://proxy.example:8443\n", "https://proxy.example:8443"),
        ("HTTP://ann:a%23b@proxy.example", "http://ann:a%23b@proxy.example"),
        ("socks://proxy.example", "socks5h://proxy.example:1080"),
        ("socks5://proxy.example:9", "socks5h://proxy.example:9"),
        ("SOCKS5H://ann:b@[::1]:9", "socks5h://ann:b@[::1]:9"),
        ("", ""),
        ("  ", ""),
    ],
)
@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_is_read_however_it_is_spelled(value, meant, name, monkeypatch):
    monkeypatch.setenv(name, value)
    assert proxies.proxy_for("https", "service.example") == meant
    assert proxies.proxy_for("https", "127.0.0.1") == ""
    monkeypatch.setenv("no_proxy", "service.example")
    assert proxies.proxy_for("https", "service.example") == ""


BROKEN = [
    "http://",
    "http://:8080",
    "http://@:8080",
    f"http://ann:{SECRET}@",
    f"http://ann:{SECRET}@proxy.example:80x",
    f"http://ann:{SECRET}@proxy.example:99999",
    f"http://ann:{SECRET}@proxy.example:0",
    f"http://ann:{SECRET}@proxy.example:-1",
    f"http://ann:{SECRET}#x@proxy.example:80",
    f"http://ann:{SECRET}/x@proxy.example:80",
    f"http://ann:{SECRET} x@proxy.example:80",
    f"http://ann:{SECRET}@proxy example:80",
    f"http://ann:{SECRET}@proxy.example:80/path",
    f"http://ann:{SECRET}@proxy.example?x=1",
    f"socks4://ann:{SECRET}@proxy.example:80",
    f"ftp://ann:{SECRET}@proxy.example:80",
    f"socks5://ann:{SECRET * 99}@proxy.example:80",
    "http:/proxy.example:80",
    "http//proxy.example:80",
    "http://[::1",
    "http://[::1]x:80",
    "http://[zz]:80",
    "://proxy.example",
    "ümlaut://x",
    "http://%zz:80",
    "http://\x01:80",
    "http://" + "a" * 300,
    f"socks5://ann:{SECRET}@proxy..example:80",
    "http://" + "a" * 70 + ":80",
    "http://.:80",
]


@pytest.mark.parametrize("value", BROKEN)
def test_a_broken_one_is_named_as_the_cause_without_its_password(value, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(NetworkError) as caught:
        proxies.proxy_for("https", "service.invalid")
    told = repr(vars(caught.value))
    assert "ALL_PROXY" in told
    assert SECRET not in told
    assert caught.value.hint


@pytest.mark.parametrize("value", ["http://xn--a:80", f"http://ann:{SECRET}@proxy.example:80x"])
async def test_with_a_broken_one_nothing_is_asked_or_fetched(value, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", value)
    client = HttpClient()
    try:
        with pytest.raises(NetworkError) as caught:
            await client.get_json("https://service.invalid/v1", {"Authorization": "Bearer sk-1"})
        told = repr(vars(caught.value))
        assert "ALL_PROXY" in told
        assert SECRET not in told
        assert caught.value.hint
        client.policy = FetchPolicy(pause=0)
        with pytest.raises(NotFetched) as fetched:
            await client.fetch("https://pictures.invalid/a.png", None)  # type: ignore[arg-type]
        assert SECRET not in repr(vars(fetched.value))
    finally:
        await client.close()


def test_a_command_tells_it_in_a_sentence(program: CliProgram) -> None:  # noqa: F811
    result = program(
        *("generate", "A lamp", "--provider", "dgrid", "--base-url", "https://service.invalid"),
        *("--model", "gemini-nano-banana-2.1"),
        env={"GRIDBRUSH_API_KEY": KEY, "HTTPS_PROXY": f"http://ann:{SECRET}@proxy:port"},
    )
    assert result.code == 6
    assert "HTTPS_PROXY" in result.err + result.out
    assert "Traceback" not in result.err
    assert SECRET not in result.err + result.out


async def test_one_that_does_not_answer_is_blamed_and_not_the_service(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for scheme in ("http", "socks5"):
        monkeypatch.setenv("https_proxy", f"{scheme}://ann:{SECRET}@127.0.0.1:{port}")
        client = HttpClient()
        with pytest.raises(NetworkError) as caught:
            await client.get_json("https://service.invalid/v1", {"Authorization": "Bearer sk-1"})
        await client.close()
        assert "proxy" in caught.value.title
        assert "https_proxy" in caught.value.message
        assert SECRET not in repr(vars(caught.value))


class SocksProxy:
    """A proxy for one connection; `lines` is what it heard before it passes everything on."""

    def __init__(self, *answers: bytes, to: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._answers, self._to = answers, to
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> SocksProxy:
        self._thread.start()
        return self

    def __exit__(self, *_ignored: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(30)

    def _serve(self) -> None:
        try:
            client, _address = self._listener.accept()
        except OSError:
            return
        with client:
            for answer in self._answers:
                self.heard.append(client.recv(4096))
                # In two pieces, as a network may bring it.
                client.sendall(answer[:1])
                client.sendall(answer[1:])
            if self._to:
                with socket.create_connection(("127.0.0.1", self._to)) as service:
                    back = threading.Thread(target=_pass_on, args=(service, client))
                    back.start()
                    _pass_on(client, service)
                    back.join(30)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


TAKEN = b"\5\0\0\1\0\0\0\0\0\0"
NAMED = b"\5\0\0\3\4host\0\0"


@pytest.mark.parametrize("login", [False, True])
@pytest.mark.parametrize("answer", [TAKEN, NAMED])
async def test_socks_is_spoken_and_sees_nothing_of_what_passes(
    tmp_path, monkeypatch, login, answer
):
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    answers = (b"\5\2", b"\1\0", answer) if login else (b"\5\0", answer)
    with Gateway(authority.context()) as gateway:
        gateway.play(lambda line: line.answer(b'{"data": []}'))
        port = int(gateway.url.rpartition(":")[2])
        with SocksProxy(*answers, to=port) as proxy:
            at = f"ann:{SECRET.replace('-', '%2D')}@" if login else ""
            address = f"socks5h://{at}127.0.0.1:{proxy.port}"
            client = HttpClient(proxy_for=lambda _scheme, _host: address)
            reply = await client.get_json(f"{gateway.url}/v1", {"Authorization": "Bearer sk-1"})
            await client.close()
    assert reply.status == 200
    assert "Bearer sk-1" in gateway.lines[0].head
    asked = b"\5\1\0\1\x7f\0\0\1" + port.to_bytes(2, "big")
    words = [b"\5\2\0\2", b"\1\3ann" + bytes([len(SECRET)]) + SECRET.encode(), asked]
    assert proxy.heard == (words if login else [b"\5\1\0", asked])


async def test_a_name_is_looked_up_by_the_proxy(monkeypatch):
    with SocksProxy(b"\5\0", b"\5\4\0\1\0\0\0\0\0\0") as proxy:
        monkeypatch.setenv("all_proxy", f"socks5://127.0.0.1:{proxy.port}")
        client = HttpClient()
        with pytest.raises(NetworkError) as caught:
            await client.get_json("https://service.invalid/v1", {"Authorization": "Bearer sk-1"})
        await client.close()
    assert proxy.heard[1] == b"\5\1\0\3\x0fservice.invalid\x01\xbb"
    assert "proxy" in caught.value.title
    assert "does not reach" in caught.value.message


@pytest.mark.parametrize(
    "answers",
    [(b"HTTP/1.1 400",), (b"\5\xff",), (b"\5\2",), (b"\5\0", b"\5"), (b"\5\0", b"\4\0\0\1")],
)
async def test_one_that_speaks_otherwise_is_an_error_in_words(answers, monkeypatch):
    with SocksProxy(*answers) as proxy:
        monkeypatch.setenv("all_proxy", f"socks5://127.0.0.1:{proxy.port}")
        client = HttpClient()
        with pytest.raises(NetworkError) as caught:
            await client.get_json("https://service.invalid/v1", {"Authorization": "Bearer sk-1"})
        await client.close()
    assert "proxy refused" in caught.value.title


NO_NAMES = ("a..b", "a" * 70 + ".example", ".", ".b", "xn--a.example", "xn--.example", "\u00e4..b")


@pytest.mark.parametrize("host", NO_NAMES)
@pytest.mark.parametrize("by_proxy", [False, True])
async def test_a_host_that_can_be_no_name_is_an_error_in_words(host, by_proxy, monkeypatch):
    with SocksProxy(b"\5\0", b"\5\4\0\1\0\0\0\0\0\0") as proxy:
        if by_proxy:
            monkeypatch.setenv("https_proxy", f"socks5h://127.0.0.1:{proxy.port}")
        client = HttpClient()
        try:
            with pytest.raises((InputError, NetworkError)) as caught:
                await client.get_json(f"https://{host}/v1", {"Authorization": "Bearer sk-1"})
        finally:
            await client.close()
    assert host in caught.value.message
    assert caught.value.hint


async def test_the_keys_of_sessions_are_noted_nowhere(tmp_path, monkeypatch):
    pytest.importorskip("cryptography")
    authority = Authority(tmp_path)
    notes = tmp_path / "keys.log"
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("SSLKEYLOGFILE", str(notes))
    with Gateway(authority.context()) as gateway:
        gateway.play(lambda line: line.answer(b"{}"))
        client = HttpClient()
        await client.get_json(f"{gateway.url}/v1", {"Authorization": "Bearer sk-1"})
        await client.close()
    monkeypatch.setenv("https_proxy", "https://127.0.0.1:9")
    client = HttpClient()
    with pytest.raises(StudioError):
        await client.get_json("https://service.invalid/v1", {"Authorization": "Bearer sk-1"})
    await client.close()
    assert not notes.exists()


async def test_our_context_is_as_strict_as_the_usual_one():
    from studio.providers import http_routes

    ours, usual = (
        await asyncio.to_thread(http_routes.load_certificates),
        ssl.create_default_context(),
    )
    for what in ("verify_flags", "verify_mode", "check_hostname", "options", "minimum_version"):
        assert getattr(ours, what) == getattr(usual, what)


def test_there_is_one_door_to_proxies_and_contexts_of_tls():
    """Whatever asks for a proxy or makes a context elsewhere is not looked at above."""
    found = {
        (word, path.name)
        for path in Path("studio").rglob("*.py")
        for word in ("getproxies(", "create_default_context(", "SSLContext(ssl.", "urlopen(")
        if word in path.read_text(encoding="utf-8").replace("`ssl.create_default_context`", "")
    }
    assert found == {("getproxies(", "proxies.py"), ("SSLContext(ssl.", "http_routes.py")}
