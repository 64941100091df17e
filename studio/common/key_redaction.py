"""Redaction of API keys in everything a service sends, in any encoding.

A service or a gateway may echo the key in any header, text, signature or address. So it is removed
from received bytes before anything is stored, parsed or shown (`providers.transport`), and from
logs (`logs`). A key is found in upper and lower case, with any characters escaped (percent, once or
more; JSON; HTML; \\x), in hexadecimal, and in base64 of both alphabets at any offset.

Bytes of pictures are not changed, because that would break their checksums and signed provenance.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from studio.common.errors import StudioError
from studio.common.file_types import kind_of

T = TypeVar("T")

HIDDEN: Final = "[key]"
SHORTEST: Final = 6
"""Minimum length of a key; shorter ones could occur in answers by chance."""

_SURE = 16
"""Length from which a key cannot occur by chance."""

_LEAST_CODED = 10
"""Minimum length of a key in base64 or hexadecimal."""

_LITTLE = 1024
"""Limit in bytes of a piece that can be searched quickly."""

_HEAD = 128
"""Number of leading base64 characters by which a picture is detected."""

_BEFORE_DATA = (b'"', b",", b" ")
"""Characters before the base64 of a picture, in JSON and in data: URLs."""

_BREAK = rb"(?:\\+[nr]|[\r\n])*"
_ESCAPES = b"%\\&#;uxX0123456789abcdefABCDEF"
"""Characters of escapes."""

_BREAKS = b"\\nr\r\n"
"""Characters of `_BREAK`."""

_STANDARD: Final = bytes.maketrans(b"-_", b"+/")

_UNFINISHED = re.compile(
    rb"%(?:25){0,3}2?5?[0-9a-fA-F]?|\\{1,6}(?:u(?:0{0,2}[0-9a-fA-F]?)?|x[0-9a-fA-F]?)?"
    rb"|&(?:#(?:[xX]?[0-9a-fA-F]{0,3}|[0-9]{0,3}))?"
)
"""An incomplete escape at the end of a piece."""


class SecretRedactor:
    """Removes secrets from bytes, texts and values.

    Attributes:
        forms: the spellings of each secret that are searched for.
    """

    def __init__(self, secrets: Iterable[str] = (), *, instead: str = HIDDEN) -> None:
        """`instead` replaces the secrets."""
        self._secrets = tuple(dict.fromkeys(one for one in secrets if _telling(one)))
        self._instead = instead
        self.forms = tuple(form for one in self._secrets for form in _forms(one, instead))

    def __bool__(self) -> bool:
        return bool(self.forms)

    def and_of(self, secrets: Iterable[str]) -> SecretRedactor:
        """A redactor with more secrets; itself if it already has them."""
        more = tuple(secrets)
        if self.knows(more):
            return self
        return SecretRedactor((*self._secrets, *more), instead=self._instead)

    def knows(self, secrets: Iterable[str]) -> bool:
        """Whether it removes all of these secrets, apart from those too short for a key."""
        return all(one in self._secrets for one in secrets if _telling(one))

    def text(self, text: str) -> str:
        if not self.forms or not text:
            return text
        raw = text.encode("utf-8", "surrogatepass")
        clean = self.bytes(raw)
        return text if clean is raw else clean.decode("utf-8", "surrogatepass")

    def bytes(self, data: bytes) -> bytes:
        """A complete body without the secrets; `data` itself if it contains none."""
        if _surely_absent(self.forms, data):
            return data
        for form in self.forms:
            data = form.cut(data, b"")
        return data

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        # Most have none, which a single search shows.
        every = "\n".join(f"{name}\n{value}" for name, value in headers.items())
        if self.text(every) == every:
            return dict(headers)
        return {self.text(name): self.text(value) for name, value in headers.items()}

    def value(self, value: T) -> T:
        """A value with every text in it redacted, in dataclasses, structs, lists and JSON."""
        return self._value(value) if self.forms else value

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._value(name): self._value(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, tuple):
            return tuple(self._value(one) for one in value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            told = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
            changed = self._changed(told)
            return dataclasses.replace(value, **changed) if changed else value
        if isinstance(value, msgspec.Struct):
            changed = self._changed(msgspec.structs.asdict(value))
            return msgspec.structs.replace(value, **changed) if changed else value
        return value

    def _changed(self, told: Mapping[str, Any]) -> dict[str, Any]:
        clean = {name: self._value(one) for name, one in told.items()}
        return {name: one for name, one in clean.items() if one != told[name]}

    def error(self, error: StudioError) -> StudioError:
        """The same error with redacted texts."""
        for name in ("title", "message", "hint", "request_id", "details"):
            setattr(error, name, self.text(getattr(error, name)))
        error.args = tuple(self._value(one) for one in error.args)
        return error

    def stream(self) -> StreamRedactor:
        """A redactor for one body in pieces."""
        return StreamRedactor(self.forms)


class StreamRedactor:
    """Redacts the pieces of one body, holding back what may be the beginning of a secret."""

    def __init__(self, forms: tuple[_SecretForm, ...]) -> None:
        self.forms = forms
        self._held = b""
        self._head = b""

    def redact_piece(self, piece: bytes) -> bytes:
        """The next redacted piece; may be empty."""
        if not self.forms:
            return piece
        if self._within_picture(piece):
            return piece
        data = self._held + piece
        head = self._head
        self._head = _begun(data, len(data), head)
        clean, held = data, 0
        if not _surely_absent(self.forms, data):
            for form in self.forms:
                clean = form.cut(clean, head)
        for form in self.forms:
            held = max(held, form.begun_at_end(clean))
        self._held = clean[len(clean) - held :]
        return clean[: len(clean) - held] if held else clean

    def is_quick(self, piece: bytes) -> bool:
        """Whether a piece can be searched quickly."""
        return not self.forms or len(piece) <= _LITTLE or self._within_picture(piece)

    def flush_rest(self) -> bytes:
        """The rest at the end of the body; the beginning of a secret is removed too."""
        held, self._held = self._held, b""
        for form in self.forms:
            if len(held) >= SHORTEST and form.begun_at_end(held) == len(held):
                return form.instead
        return held

    def _within_picture(self, piece: bytes) -> bool:
        """Whether a piece is part of a picture; a quick check, because most pieces are."""
        if self._held or any(one in piece for one in _BEFORE_DATA):
            return False
        if len(self._head) < _HEAD or not _is_picture(self._head):
            return False
        # Short secrets are not removed from pictures: they occur by chance.
        return not any(form.sure and form.secret in piece for form in self.forms)


def escaped(data: bytes) -> bool:
    """Whether the data may have escapes, which need the slow search."""
    return b"%" in data or b"\\" in data or b"&#" in data


def _surely_absent(forms: tuple[_SecretForm, ...], data: bytes) -> bool:
    """Whether certainly none of the forms occurs; a quick search, as most answers contain none.

    False for data that may have escapes. In all other data a form can differ only in case, base64
    alphabet and line breaks.
    """
    if escaped(data):
        return False
    flat = _flat(data)
    return not any(form.flat in flat for form in forms)


def _flat(data: bytes) -> bytes:
    """The data in lower case and one base64 alphabet, without line breaks."""
    return data.translate(_STANDARD, b"\r\n").lower()


@dataclasses.dataclass(frozen=True, slots=True)
class _SecretForm:
    """One encoding of a secret.

    Attributes:
        secret: the plain secret.
        flat: the encoded secret as `_flat` returns it.
        whole: pattern of the encoded secret.
        start: pattern of its possible beginnings, including escapes.
        atoms: patterns of its characters one by one.
        coded: base64 or hexadecimal, which is not searched in pictures.
        instead: replacement.
        shortest, longest: its length in bytes.
        signs: translation table of its possible bytes to "a", all others to a space.
    """

    secret: bytes
    flat: bytes
    whole: re.Pattern[bytes]
    start: re.Pattern[bytes]
    atoms: tuple[re.Pattern[bytes], ...]
    coded: bool
    instead: bytes
    shortest: int
    longest: int
    signs: bytes

    @property
    def sure(self) -> bool:
        return len(self.secret) >= _SURE

    def cut(self, data: bytes, head: bytes) -> bytes:
        """The data without the secret; `head` begins the base64 that the data continues."""
        if not (self.coded or escaped(data) or self.secret.lower() in data.lower()):
            return data
        if not self._within(data):
            return data

        def instead(found: re.Match[bytes]) -> bytes:
            spared = self.coded or not self.sure
            if spared and _is_picture(_begun(data, found.start(), head)):
                return found[0]
            return self.instead

        return self.whole.sub(instead, data)

    def _within(self, data: bytes) -> bool:
        """Whether the form occurs; only runs of its possible bytes are searched."""
        signs, run = data.translate(self.signs), b"a" * self.shortest
        start = signs.find(run)
        while start >= 0:
            end = signs.find(b" ", start)
            end = len(signs) if end < 0 else end
            if self.whole.search(data, start, end):
                return True
            start = signs.find(run, end)
        return False

    def begun_at_end(self, data: bytes) -> int:
        """Number of bytes at the end of the data that may be the beginning of the form."""
        size = len(data)
        place = max(0, size - self.longest)
        place += data[place:].translate(self.signs).rfind(b" ") + 1
        while place < size:
            if (found := self.start.search(data, place)) is None:
                return 0
            place = found.start()
            if self._goes_on(data, place):
                return size - place
            place += 1
        return 0

    def _goes_on(self, data: bytes, place: int) -> bool:
        """Whether the data from `place` on may be the beginning of the form."""
        for atom in self.atoms:
            if place == len(data) or _UNFINISHED.fullmatch(data, place):
                return True
            if (found := atom.match(data, place)) is None:
                return False
            place = found.end()
        return False


def _telling(secret: str) -> bool:
    """Whether a secret is distinct from ordinary words."""
    return len(secret) >= SHORTEST and (len(secret) >= _SURE or not secret.isalpha())


@cache
def _forms(secret: str, hidden: str) -> tuple[_SecretForm, ...]:
    raw = secret.encode("utf-8", "replace")
    # Numbers are replaced by numbers, to keep JSON valid.
    instead = b"9" * len(raw) if raw.isdigit() else hidden.encode()
    either_case = raw.lower() + raw.upper() + raw
    forms = [_form(raw, raw, [_sign(one) for one in raw], instead, either_case, coded=False)]
    if len(raw.hex()) >= _LEAST_CODED:
        digits = [_either(one) for one in raw.hex()]
        forms.append(_form(raw, raw.hex().encode(), digits, instead, b"", coded=True))
    for text in _in_base64(raw):
        if len(text) >= _LEAST_CODED:
            signs = [_coded_sign(one) for one in text]
            forms.append(_form(raw, text, signs, hidden.encode(), text + b"+-/_", coded=True))
    return tuple(forms)


def _form(
    raw: bytes, text: bytes, signs: list[bytes], instead: bytes, unescaped: bytes, *, coded: bool
) -> _SecretForm:
    between = _BREAK if coded else b""
    made_of = frozenset(unescaped + _ESCAPES + (_BREAKS if coded else b""))
    table = bytes(ord("a" if one in made_of else " ") for one in range(256))
    atoms = tuple(_compiled(sign + between) for sign in signs)
    start = _compiled(signs[0] + rb"|[%\\&]")
    whole = re.compile(between.join(signs))
    size = len(signs)
    return _SecretForm(
        raw, _flat(text), whole, start, atoms, coded, instead, size, size * 16, table
    )


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


@cache
def _sign(sign: int) -> bytes:
    """Pattern of a character of a secret, in either case and with any escape."""
    kinds = dict.fromkeys((sign, *bytes([sign]).lower(), *bytes([sign]).upper()))
    codes = b"|".join(b"".join(_either(digit) for digit in f"{one:02x}") for one in kinds)
    numbers = b"|".join(b"%d" % one for one in kinds)
    ways = [
        *(re.escape(bytes([one])) for one in kinds),
        rb"%(?:25){0,3}(?:" + codes + rb")",
        rb"\\{0,5}(?:u00|x)(?:" + codes + rb")",
        rb"&#(?:[xX]0{0,2}(?:" + codes + rb")|0{0,2}(?:" + numbers + rb"));",
    ]
    if sign in b'"/':
        ways.append(rb"\\{0,5}" + bytes([sign]))
    return rb"(?:" + rb"|".join(ways) + rb")"


@cache
def _coded_sign(sign: int) -> bytes:
    """Pattern of a base64 character in either alphabet."""
    if sign in b"+-":
        return rb"(?:\+|-|%(?:25){0,3}2[bBdD]|\\\\{0,5}u002[bBdD])"
    if sign in b"/_":
        return rb"(?:/|_|\\\\{0,5}/|%(?:25){0,3}(?:2[fF]|5[fF])|\\\\{0,5}u00(?:2[fF]|5[fF]))"
    return re.escape(bytes([sign]))


def _either(sign: str) -> bytes:
    return f"[{sign.lower()}{sign.upper()}]".encode() if sign.isalpha() else sign.encode()


def _in_base64(raw: bytes) -> Iterable[bytes]:
    """The base64 of a secret at each of the three offsets, without characters that vary."""
    for before, first in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(bytes(before) + raw)
        yield text[first : (before + len(raw)) * 8 // 6]


def _begun(data: bytes, place: int, head: bytes) -> bytes:
    """First characters of the base64 around an index.

    `head` has those of the base64 that the data continues.
    """
    start = max(data.rfind(one, 0, place) for one in _BEFORE_DATA) + 1
    if start:
        return data[start : start + _HEAD]
    return (head + data[: _HEAD - len(head)]) if len(head) < _HEAD else head


def _is_picture(head: bytes) -> bool:
    """Whether base64 with this beginning is a picture."""
    text = re.sub(rb"\\[nr]|\s", b"", head.replace(rb"\/", b"/")).translate(_STANDARD)
    try:
        return kind_of(base64.b64decode(text[: len(text) // 4 * 4])) is not None
    except binascii.Error:
        return False
