"""Certificates that break the standard are named so, on every Python."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess

import pytest

from studio.common.errors import Billed, NetworkError
from studio.providers import connection_errors, http_routes
from studio.providers.transport import HttpClient
from tests.providers.authority import Authority, Flaw
from tests.providers.gateway import Gateway

pytest.importorskip("cryptography")


def strictly() -> ssl.SSLContext:
    """A context as strict as those of Python 3.13, whatever Python this is."""
    context = http_routes.load_certificates()
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


async def models(gateway: Gateway, *, at_once: int = 1, certificates=strictly) -> set[int]:
    """The statuses of as many requests of one client."""
    client = HttpClient(certificates=certificates)
    key = {"Authorization": "Bearer sk-1"}
    try:
        asked = [client.get_json(f"{gateway.url}/v1/models", key) for _ in range(at_once)]
        return {reply.status for reply in await asyncio.gather(*asked)}
    finally:
        await client.close()


@pytest.mark.parametrize("flaw", Flaw)
async def test_a_certificate_against_the_standard_is_reported_with_the_rule_it_breaks(
    tmp_path, monkeypatch, flaw
):
    authority = Authority(tmp_path, flaw)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with Gateway(authority.context(), pretends=True) as gateway:
        with pytest.raises(NetworkError) as caught:
            await models(gateway)
        assert gateway.lines == []
    error = caught.value
    assert "not secure" in error.title
    assert "127.0.0.1" in error.message
    assert f"RFC 5280: {flaw}." in error.message
    assert "Python 3.13" in error.hint
    assert "IT" in error.hint
    assert (error.billed, error.retryable) == (Billed.NO, False)


async def test_an_unknown_authority_is_not_reported_as_a_violation_of_the_standard(tmp_path):
    with (
        Gateway(Authority(tmp_path).context(), pretends=True) as gateway,
        pytest.raises(NetworkError) as caught,
    ):
        await models(gateway)
    assert "cannot be trusted" in caught.value.message
    assert "RFC" not in caught.value.message + caught.value.hint


def test_an_error_without_a_code_of_openssl_is_still_explained():
    error = connection_errors.explain(
        ssl.SSLCertVerificationError(1, "no"), "https://x.org", sent=False
    )
    assert "cannot be trusted" in error.message


async def test_the_chain_of_the_tests_follows_the_standard(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with Gateway(authority.context()) as gateway:
        gateway.play(lambda line: line.answer(b"{}"))
        assert await models(gateway) == {200}


@pytest.mark.parametrize("encrypted", [True, False], ids=["with TLS", "without"])
async def test_certificates_are_loaded_once_and_only_where_they_are_needed(
    tmp_path, monkeypatch, encrypted
):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    loaded = []

    def counted() -> ssl.SSLContext:
        loaded.append(http_routes.load_certificates())
        return loaded[-1]

    with Gateway(authority.context() if encrypted else None) as gateway:
        gateway.play(*[lambda line: line.answer(b"{}")] * 3)
        assert await models(gateway, at_once=3, certificates=counted) == {200}
    assert len(loaded) == encrypted


@pytest.mark.skipif(shutil.which("openssl") is None, reason="a second opinion, of openssl")
@pytest.mark.parametrize("name", ["127.0.0.1", "pictures.example"])
def test_openssl_takes_the_chain_of_the_tests_strictly(tmp_path, name):
    authority = Authority(tmp_path)
    kind = "-verify_ip" if name[0].isdigit() else "-verify_hostname"
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", kind, name]
    files = ["-CAfile", str(authority.file), str(authority.chain(name))]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
