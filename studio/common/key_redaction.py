"""The key, said back: cuts it out of what a service sends, however it is written.

A service, or a gateway before it, may say the key back in any header, word, signature or address.
So it is cut where bytes come from the wire, before anything is written down, read or shown
(`providers.transport`), and in what is logged (`logs`). It is found as it is, in capitals or small
letters, with any of its signs escaped (percent, once or more; JSON; HTML; \\x), in hexadecimal and
within base64 of both alphabets at any place.

The bytes of pictures are left as they came: who changes one byte breaks its checksums and what it
says about where it comes from.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

from studio.common.errors import StudioError
from studio.common.file_types import kind_of

T = TypeVar("T")

HIDDEN: Final = "[key]"
SHORTEST: Final = 6
"""Words with fewer signs are no key; cutting them out of answers would break these."""

_SURE = 16
"""From so many signs on a word does not turn up by chance."""

_LEAST_CODED = 10
"""Signs a key must have in base64 or hexadecimal to be looked for there."""

_LITTLE = 1024
"""Bytes that are looked through in no time."""

_HEAD = 128
"""Signs at the beginning of a run of base64 that tell whether it is a picture."""

_BEFORE_DATA = (b'"', b",", b" ")
"""What stands before the base64 of a picture, in JSON and in data: addresses."""

_BREAK = rb"(?:\\+[nr]|[\r\n])*"
_ESCAPES = b"%\\&#;uxX0123456789abcdefABCDEF"
"""What escapes are made of."""

_BREAKS = b"\\nr\r\n"
"""What `_BREAK` is made of."""

_UNFINISHED = re.compile(
    rb"%(?:25){0,3}2?5?[0-9a-fA-F]?|\\{1,6}(?:u(?:0{0,2}[0-9a-fA-F]?)?|x[0-9a-fA-F]?)?"
    rb"|&(?:#(?:[xX]?[0-9a-fA-F]{0,3}|[0-9]{0,3}))?"
)
"""An escape of which the rest is still to come."""


class SecretRedactor:
    """Cuts some secrets out of bytes, texts and values."""

    def __init__(self, secrets: Iterable[str] = (), *, instead: str = HIDDEN) -> None:
        """`instead` is put in their place."""
        self._secrets = tuple(dict.fromkeys(one for one in secrets if _telling(one)))
        self._instead = instead
        self._forms = tuple(form for one in self._secrets for form in _forms(one, instead))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def and_of(self, secrets: Iterable[str]) -> SecretRedactor:
        """The same with more secrets; itself when it knows them already."""
        more = tuple(secrets)
        if self.knows(more):
            return self
        return SecretRedactor((*self._secrets, *more), instead=self._instead)

    def knows(self, secrets: Iterable[str]) -> bool:
        """Whether all of them that can be told are cut out already."""
        return all(one in self._secrets for one in secrets if _telling(one))

    def text(self, text: str) -> str:
        """The text without them."""
        if not self._forms or not text:
            return text
        raw = text.encode("utf-8", "surrogatepass")
        clean = self.bytes(raw)
        return text if clean is raw else clean.decode("utf-8", "surrogatepass")

    def bytes(self, data: bytes) -> bytes:
        """A whole body without them; `data` itself when they are not in it."""
        for form in self._forms:
            data = form.cut(data, b"")
        return data

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without them, in names and values."""
        return {self.text(name): self.text(value) for name, value in headers.items()}

    def value(self, value: T) -> T:
        """The same value with every text in it cleaned: of dataclasses, lists and JSON."""
        return self._value(value) if self._forms else value

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
            clean = {name: self._value(one) for name, one in told.items()}
            changed = {name: one for name, one in clean.items() if one != told[name]}
            return dataclasses.replace(value, **changed) if changed else value
        return value

    def error(self, error: StudioError) -> StudioError:
        """The same error, its words cleaned."""
        for name in ("title", "message", "hint", "request_id", "details"):
            setattr(error, name, self.text(getattr(error, name)))
        error.args = tuple(self._value(one) for one in error.args)
        return error

    def stream(self) -> StreamRedactor:
        """Cleans one body that comes in pieces."""
        return StreamRedactor(self._forms)


class StreamRedactor:
    """Cleans the pieces of one body; what may be the beginning of a secret waits for the next."""

    def __init__(self, forms: tuple[_SecretForm, ...]) -> None:
        self._forms = forms
        self._held = b""
        self._head = b""

    def redact_piece(self, piece: bytes) -> bytes:
        """The next piece, cleaned; may be empty."""
        if not self._forms:
            return piece
        if self._within_picture(piece):
            return piece
        data = self._held + piece
        head = self._head
        self._head = _begun(data, len(data), head)
        clean, held = data, 0
        for form in self._forms:
            clean = form.cut(clean, head)
        for form in self._forms:
            held = max(held, form.begun_at_end(clean))
        self._held = clean[len(clean) - held :]
        return clean[: len(clean) - held] if held else clean

    def is_quick(self, piece: bytes) -> bool:
        """Whether a piece is looked through in no time."""
        return not self._forms or len(piece) <= _LITTLE or self._within_picture(piece)

    def flush_rest(self) -> bytes:
        """What is left when no more comes; the beginning of a secret is cut as well."""
        held, self._held = self._held, b""
        for form in self._forms:
            if len(held) >= SHORTEST and form.begun_at_end(held) == len(held):
                return form.instead
        return held

    def _within_picture(self, piece: bytes) -> bool:
        """Whether all of it is a picture's: most of what comes, so it is told quickly."""
        if self._held or any(one in piece for one in _BEFORE_DATA):
            return False
        if len(self._head) < _HEAD or not _is_picture(self._head):
            return False
        # A short secret is left in there anyway: its signs turn up by chance.
        return not any(form.sure and form.secret in piece for form in self._forms)


def escaped(data: bytes) -> bool:
    """Whether signs may be escaped in there, so that looking takes a while."""
    return b"%" in data or b"\\" in data or b"&#" in data


@dataclasses.dataclass(frozen=True, slots=True)
class _SecretForm:
    """One way in which a secret may be written.

    Attributes:
        secret: as it is.
        whole: finds it.
        start: finds where it, or an escape, may begin.
        atoms: find its signs one by one.
        coded: as in a picture's base64, where it is left.
        instead: what is put in its place.
        shortest: fewest bytes it takes.
        longest: most bytes it takes.
        signs: turns each byte it may be made of into an "a", every other into a space.
    """

    secret: bytes
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
        """The data without it; `head` is how the run of base64 it goes on with began."""
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
        """Whether it is in there; looked for only where all signs are some it is made of."""
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
        """How many bytes at the end may be its beginning."""
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
        """Whether all from here to the end is the beginning of it."""
        for atom in self.atoms:
            if place == len(data) or _UNFINISHED.fullmatch(data, place):
                return True
            if (found := atom.match(data, place)) is None:
                return False
            place = found.end()
        return False


def _telling(secret: str) -> bool:
    """Whether a word can be told from the words of an answer."""
    return len(secret) >= SHORTEST and (len(secret) >= _SURE or not secret.isalpha())


@cache
def _forms(secret: str, hidden: str) -> tuple[_SecretForm, ...]:
    raw = secret.encode("utf-8", "replace")
    # A number stays one, so that JSON stays JSON.
    instead = b"9" * len(raw) if raw.isdigit() else hidden.encode()
    either_case = raw.lower() + raw.upper() + raw
    forms = [_form(raw, [_sign(one) for one in raw], instead, either_case, coded=False)]
    if len(raw.hex()) >= _LEAST_CODED:
        digits = [_either(one) for one in raw.hex()]
        forms.append(_form(raw, digits, instead, b"", coded=True))
    for text in _in_base64(raw):
        if len(text) >= _LEAST_CODED:
            signs = [_coded_sign(one) for one in text]
            forms.append(_form(raw, signs, hidden.encode(), text + b"+-/_", coded=True))
    return tuple(forms)


def _form(
    raw: bytes, signs: list[bytes], instead: bytes, unescaped: bytes, *, coded: bool
) -> _SecretForm:
    between = _BREAK if coded else b""
    made_of = frozenset(unescaped + _ESCAPES + (_BREAKS if coded else b""))
    table = bytes(ord("a" if one in made_of else " ") for one in range(256))
    atoms = tuple(_compiled(sign + between) for sign in signs)
    start = _compiled(signs[0] + rb"|[%\\&]")
    whole = re.compile(between.join(signs))
    return _SecretForm(raw, whole, start, atoms, coded, instead, len(signs), len(signs) * 16, table)


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


@cache
def _sign(sign: int) -> bytes:
    """Finds one sign of a secret, in either case and however it is escaped."""
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
    """Finds one sign of base64, in either alphabet."""
    if sign in b"+-":
        return rb"(?:\+|-|%(?:25){0,3}2[bBdD]|\\\\{0,5}u002[bBdD])"
    if sign in b"/_":
        return rb"(?:/|_|\\\\{0,5}/|%(?:25){0,3}(?:2[fF]|5[fF])|\\\\{0,5}u00(?:2[fF]|5[fF]))"
    return re.escape(bytes([sign]))


def _either(sign: str) -> bytes:
    return f"[{sign.lower()}{sign.upper()}]".encode() if sign.isalpha() else sign.encode()


def _in_base64(raw: bytes) -> Iterable[bytes]:
    """The signs of base64 that hold nothing but the secret, at each of the three places it has."""
    for before, first in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(bytes(before) + raw)
        yield text[first : (before + len(raw)) * 8 // 6]


def _begun(data: bytes, place: int, head: bytes) -> bytes:
    """How the run of base64 at this place began; `head` is how the one before the data did."""
    start = max(data.rfind(one, 0, place) for one in _BEFORE_DATA) + 1
    if start:
        return data[start : start + _HEAD]
    return (head + data[: _HEAD - len(head)]) if len(head) < _HEAD else head


def _is_picture(head: bytes) -> bool:
    """Whether a run of base64 that begins so is a picture."""
    text = re.sub(rb"\\[nr]|\s", b"", head.replace(rb"\/", b"/")).translate(_STANDARD)
    try:
        return kind_of(base64.b64decode(text[: len(text) // 4 * 4])) is not None
    except binascii.Error:
        return False


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
