"""Certificates for servers on loopback, signed by an authority made for the test.

By default a chain follows RFC 5280 to the letter, as Python 3.13 demands; `Flaw` names what an
authority may leave out.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from enum import StrEnum
from pathlib import Path
from typing import Any


class Flaw(StrEnum):
    """A departure from RFC 5280, in OpenSSL's words for it."""

    NO_AUTHORITY_KEY = "Missing Authority Key Identifier"
    NO_SUBJECT_KEY = "Missing Subject Key Identifier"
    NOT_CRITICAL = "Basic Constraints of CA cert not marked critical"
    NO_USAGE = "CA cert does not include key usage extension"


class Authority:
    """Certificate authority of a test; a client trusts `file`."""

    def __init__(self, folder: Path, flaw: Flaw | None = None) -> None:
        from cryptography.hazmat.primitives import serialization

        self.file = folder / "authority.pem"
        self._folder = folder
        self._flaw = flaw
        self._key, self._certificate = self._made("Gridbrush tests", authority=True)
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, name: str = "127.0.0.1", *, days: int = 1) -> ssl.SSLContext:
        """Server context with a certificate for `name`; negative `days` make it expired."""
        file = self.chain(name, days=days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def chain(self, name: str = "127.0.0.1", *, days: int = 1) -> Path:
        """File with the private key and the certificate of a server."""
        from cryptography.hazmat.primitives import serialization

        key, certificate = self._made(name, days=days)
        file = self._folder / f"{name}{days}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return file

    def _made(self, name: str, *, authority: bool = False, days: int = 1) -> tuple[Any, Any]:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        signs = key if authority else self._key
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
        critical = not authority or self._flaw is not Flaw.NOT_CRITICAL
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if authority else self._certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - dt.timedelta(days=30))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=critical)
        )
        if not authority or self._flaw is not Flaw.NO_SUBJECT_KEY:
            builder = builder.add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        if authority or self._flaw is not Flaw.NO_AUTHORITY_KEY:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()),
                critical=False,
            )
        if not authority or self._flaw is not Flaw.NO_USAGE:
            builder = builder.add_extension(_usage(authority=authority), critical=True)
        if not authority:
            names = x509.SubjectAlternativeName([_alternative(name)])
            server = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
            builder = builder.add_extension(names, critical=False)
            builder = builder.add_extension(server, critical=False)
        return key, builder.sign(signs, hashes.SHA256())


def _usage(*, authority: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> Any:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
