"""Collect pictures, addresses, text and finish reasons of a response, whatever its format.

Besides the service's own format these are the chat, images and prediction families, which gateways
send on the same address, and pictures within text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.providers import base64_text
from studio.providers.base import AnswerPicture, KeptPart, SpilledString
from studio.providers.gemini import fields

MOST_WORDS = 16 * 1024
MOST_PICTURES = 64
"""More pictures than any response has; the rest is ignored."""

_MOST_TRIES = 4 * MOST_PICTURES
_LONGEST_ADDRESS = 4096
_LEAST_DATA = 8
_OVERLAP = 400
_LOOKED_AT = 32 * 1024
"""Bytes searched in one call; other threads get their turn in between."""

_DATA_URL = re.compile(r"data:(image/[\w.+-]{1,60})?[^,\s]{0,80}?base64,\s?", re.IGNORECASE)
_DATA_RAW = re.compile(rb"[dD][aA][tT][aA]:[^:,\s\"<>()]{0,160}(?i:base64,)")
_STOP = re.compile(r"[)\s\"'<>]")
_STOP_RAW = re.compile(rb"[)\s\"'<>]|\\[nrt\"]")
_OPENING = re.compile(r"!?\[[^\]]{0,500}\]\(\s*<?$")
_OPENING_RAW = re.compile(_OPENING.pattern.encode())
_SHOWN_LINK = re.compile(
    r"!\[[^\]]{0,500}\]\(\s*<?(https?://[^\s)>]{1,4000})>?[^)]{0,200}\)", re.IGNORECASE
)
_LINK = re.compile(r"https?://[^\s<>\"')\]]{1,4000}", re.IGNORECASE)
_PICTURE_NAME = re.compile(r"\.(?:png|jpe?g|webp|gif|avif|heic)$", re.IGNORECASE)
_BYTES = ("b64Json", "bytesBase64Encoded", "imageBytes", "base64", "data", "result")
_PLACES = ("url", "imageUrl", "fileUri", "uri", "image")
_CHAT_ENDS = {"CONTENT_FILTER": "SAFETY", "LENGTH": "MAX_TOKENS"}


@dataclass(slots=True)
class CollectedAnswer:
    """Contents of a response.

    Attributes:
        body: file with the response.
        links: pictures at addresses in the text.
        words: the model's text, in pieces.
        finishes: finish reason of each candidate, in capitals.
        told: the service's own sentence about the end.
        parts: the model's parts, for a later turn of a conversation.
    """

    body: Path
    pictures: list[AnswerPicture] = field(default_factory=list)
    links: list[AnswerPicture] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    finishes: list[str] = field(default_factory=list)
    told: str = ""
    parts: list[KeptPart] = field(default_factory=list)

    def add(self, picture: AnswerPicture) -> None:
        """Add a picture, unless its address is known or there are too many."""
        known = picture.url and any(one.url == picture.url for one in self.pictures)
        if not known and len(self.pictures) < MOST_PICTURES:
            self.pictures.append(picture)


def gather(value: Any, body: Path) -> CollectedAnswer:
    """Collect the contents of a response. Blocking where text is in the file."""
    found = CollectedAnswer(body)
    _candidates(value, found)
    if not found.pictures:
        _foreign_shapes(value, found)
    if not found.pictures:
        for link in found.links:
            found.add(link)
    return found


def _candidates(value: Any, found: CollectedAnswer) -> None:
    for candidate in fields.items(value, "candidates"):
        found.finishes.append(fields.text(candidate, "finishReason").strip().upper())
        found.told = found.told or fields.text(candidate, "finishMessage")
        content = fields.get(candidate, "content")
        parts = content if isinstance(content, list) else fields.items(content, "parts")
        if isinstance(content, (str, SpilledString)):
            parts = [content]
        before = len(found.pictures)
        kept = [_part(part, found) for part in parts]
        if not found.parts or not any(part.picture is not None for part in found.parts):
            # A conversation continues with the candidate that has the picture.
            only_words = len(found.pictures) == before and found.parts
            found.parts = found.parts + kept if only_words else kept


def _part(part: Any, found: CollectedAnswer) -> KeptPart:
    if isinstance(part, (str, SpilledString)):
        _text(part, found)
        return KeptPart({"text": part})
    number = len(found.pictures)
    draft = fields.get(part, "thought") is True
    inline = fields.get(part, "inlineData")
    for one in inline if isinstance(inline, list) else [inline]:
        _inline(one, found, draft=draft)
    file = fields.get(part, "fileData")
    if (address := fields.get(file, "fileUri")) is not None:
        _address(address, found, draft=draft, kind=fields.text(file, "mimeType"))
    for name in ("imageUrl", "image"):
        if (other := fields.get(part, name)) is not None:
            _image(other, found, draft=draft)
    if not draft:
        _text(fields.get(part, "text"), found)
    kept = part if isinstance(part, Mapping) else {}
    return KeptPart(kept, number if len(found.pictures) > number else None)


def _inline(inline: Any, found: CollectedAnswer, *, draft: bool) -> None:
    data = inline if isinstance(inline, (str, SpilledString)) else fields.get(inline, "data")
    kind = fields.text(inline, "mimeType") or fields.text(inline, "mime")
    # Audio and video use the same field.
    if kind.lower().startswith(("audio/", "video/", "text/")):
        return
    if isinstance(data, str) and _LINK.match(data.strip()):
        _address(data.strip(), found, draft=draft, kind=kind)
    elif isinstance(data, SpilledString) or (isinstance(data, str) and data.strip()):
        found.add(AnswerPicture(data=data, media_type=kind[:80], draft=draft))


def _address(address: Any, found: CollectedAnswer, *, draft: bool = False, kind: str = "") -> None:
    if isinstance(address, SpilledString):
        # Only a data: address is that long.
        found.add(AnswerPicture(data=address, draft=draft))
    elif isinstance(address, str) and (data := _DATA_URL.match(address.strip())):
        text = address.strip()[data.end() :]
        found.add(AnswerPicture(data=text, media_type=data[1] or "", draft=draft))
    elif isinstance(address, str) and "://" in address[:16]:
        url = fields.sound(address.strip())[:_LONGEST_ADDRESS]
        found.add(AnswerPicture(url=url, media_type=kind[:80], draft=draft))


def _image(entry: Any, found: CollectedAnswer, *, draft: bool = False) -> None:
    """Add a picture of the other families: an address, or an object with bytes or an address."""
    if isinstance(entry, (str, SpilledString)):
        _address(entry, found, draft=draft)
        return
    kind = fields.text(entry, "mimeType")
    for name in _BYTES:
        data = fields.get(entry, name)
        if isinstance(data, SpilledString) or (isinstance(data, str) and data.strip()):
            _inline({"data": data, "mimeType": kind}, found, draft=draft)
            return
    for name in _PLACES:
        if (inner := fields.get(entry, name)) is not None:
            _image(inner, found, draft=draft)
            return


def _text(text: Any, found: CollectedAnswer) -> None:
    if isinstance(text, SpilledString):
        _long_text(text, found)
        return
    if not isinstance(text, str):
        return
    rest, position = "", 0
    for data in _DATA_URL.finditer(text):
        if data.start() < position:
            continue
        end = _STOP.search(text, data.end())
        stop = end.start() if end else len(text)
        if stop - data.end() < _LEAST_DATA:
            continue
        found.add(AnswerPicture(data=text[data.end() : stop], media_type=data[1] or ""))
        rest += _OPENING.sub(" ", text[position : data.start()])
        position = stop + 1 if text[stop : stop + 1] == ")" else stop
    _words(rest + text[position:], found)


def _words(text: str, found: CollectedAnswer) -> None:
    """Add text, and the addresses of pictures in it."""
    links = []
    if "](" in text:
        links = [one[1] for one in _SHOWN_LINK.finditer(text)]
        text = _SHOWN_LINK.sub(" ", text)
    if bare := _LINK.fullmatch(text.strip()):
        links.append(bare[0])
        text = ""
    for link in _LINK.finditer(text):
        address = link[0].rstrip(".,;:!")
        if _PICTURE_NAME.search(re.split(r"[?#]", address, maxsplit=1)[0]):
            links.append(address)
    for link_ in dict.fromkeys(links):
        found.links.append(AnswerPicture(url=fields.sound(link_)[:_LONGEST_ADDRESS]))
    if text.strip():
        found.words.append(text)


def _long_text(text: SpilledString, found: CollectedAnswer) -> None:
    """Add text too long for the scanner, and the pictures in it as data: addresses."""
    words, position = bytearray(), text.start
    for _number in range(_MOST_TRIES):
        if position >= text.end or len(found.pictures) >= MOST_PICTURES:
            break
        data = _search(found.body, position, text.end, _DATA_RAW)
        until = data[0] if data else text.end
        words += _piece(found.body, position, min(until, position + 4 * MOST_WORDS))
        if data is None:
            break
        stop = _search(found.body, data[1], text.end, _STOP_RAW)
        position = stop[0] if stop else text.end
        if position - data[1] >= _LEAST_DATA:
            found.add(AnswerPicture(data=SpilledString(data[1], position)))
            if stop and _piece(found.body, *stop) == b")":
                position = stop[1]  # end of the link around the picture
            words = bytearray(_OPENING_RAW.sub(b" ", bytes(words)))
    _words(_readable(bytes(words[: 4 * MOST_WORDS])), found)


def _search(body: Path, start: int, end: int, pattern: re.Pattern[bytes]) -> tuple[int, int] | None:
    """First match between two positions of the file, in constant memory."""
    held, base = b"", start
    for piece in base64_text.from_file(body, start, end, most=_LOOKED_AT):
        held += piece
        if hit := pattern.search(held):
            return base + hit.start(), base + hit.end()
        base += max(0, len(held) - _OVERLAP)
        held = held[-_OVERLAP:]
    return None


def _piece(body: Path, start: int, end: int) -> bytes:
    return b"".join(base64_text.from_file(body, start, end))


def _readable(raw: bytes) -> str:
    """Decode a piece of a JSON string, which may be cut within an escape."""
    text = re.sub(
        r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$", r"\1", raw.decode("utf-8", "replace")
    )
    try:
        return str(json.loads(f'"{text}"', strict=False)).strip()
    except ValueError:
        return text.strip()


def _foreign_shapes(value: Any, found: CollectedAnswer) -> None:
    """Collect from responses of the chat, images and prediction families."""
    for choice in fields.items(value, "choices"):
        end = fields.text(choice, "finishReason").strip().upper()
        found.finishes.append(_CHAT_ENDS.get(end, end))
        message = fields.get(choice, "message") or fields.get(choice, "delta")
        _image_list(fields.get(message, "images"), found)
        _content(fields.get(message, "content"), found)
        found.told = found.told or fields.text(message, "refusal")
    for item in fields.items(value, "output"):
        if fields.text(item, "type") == "image_generation_call":
            _image(item, found)
        _content(fields.get(item, "content"), found)
    for name in ("data", "images", "generatedImages"):
        _image_list(fields.get(value, name), found)
    for prediction in fields.items(value, "predictions"):
        _image(prediction, found)
        found.told = found.told or fields.text(prediction, "raiFilteredReason")
    if not found.pictures:
        _image({name: fields.get(value, name) for name in ("b64Json", "imageUrl", "image")}, found)


def _content(content: Any, found: CollectedAnswer) -> None:
    if isinstance(content, (str, SpilledString)):
        _text(content, found)
        return
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, Mapping):
            _part(part, found)


def _image_list(images: Any, found: CollectedAnswer) -> None:
    for entry in images if isinstance(images, list) else [images]:
        if isinstance(entry, (str, SpilledString, Mapping)):
            _image(entry, found)
