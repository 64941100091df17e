"""Collect pictures, addresses, text and finish reasons of a response, whatever its format.

The service's own format tells drafts, results and the parts of a conversation apart. In all other
formats, which gateways send on the same address, pictures are found by the names of their fields
(`picture_fields`) and by their bytes, wherever they are.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from studio.common.file_types import is_any_picture
from studio.providers import charsets
from studio.providers.base import AnswerPicture, KeptPart, SpilledString
from studio.providers.gemini import error_text, fields, multipart, picture_fields, text_pictures
from studio.providers.gemini.text_pictures import Text, TextRope

MOST_WORDS = 16 * 1024
MOST_PICTURES = 64
"""Limit of pictures, which no response reaches; further ones are ignored."""

_MOST_TRIES = 4 * MOST_PICTURES
_LONGEST_ADDRESS = 4096
_LONGEST_JSON = 64 * 1024 * 1024
"""Limit in bytes of JSON in a part of a body."""

_DATA_URL = re.compile(
    r"data:(image\\*/[\w.+-]{1,60})?[^,\s]{0,80}?base64(?:;[^,\s]{0,80})?(?:,|%2c)\s?",
    re.IGNORECASE,
)
_SHOWN_LINK = re.compile(
    r"!\[[^\]]{0,500}\]\(\s*<?(https?://[^\s)>]{1,4000})>?[^)]{0,200}\)", re.IGNORECASE
)
_SHOWN_TAG = re.compile(
    r"<img\b[^<>]{0,500}?\bsrc\s*=\s*[\"']?(https?://[^\s\"'<>]{1,4000})[^<>]{0,500}>",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s<>\"')\]]{1,4000}", re.IGNORECASE)
_CHAT_ENDS = {"CONTENT_FILTER": "SAFETY", "LENGTH": "MAX_TOKENS"}


@dataclass(slots=True)
class CollectedAnswer:
    """Contents of a response.

    Attributes:
        body: file with the response.
        streamed: the response was sent in pieces, so a text may continue in the next one.
        links: pictures at addresses in the text.
        words: the model's text, in pieces.
        finishes: finish reason of each candidate, in capitals.
        told: the service's own sentence about the finish reason.
        parts: the model's parts, for a later turn of a conversation.
        value: the JSON beside the pictures of a body with several parts.
    """

    body: Path
    streamed: bool = False
    pictures: list[AnswerPicture] = field(default_factory=list)
    links: list[AnswerPicture] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    finishes: list[str] = field(default_factory=list)
    told: str = ""
    parts: list[KeptPart] = field(default_factory=list)
    value: Any = None

    def add(self, picture: AnswerPicture) -> None:
        """Add a picture, unless its address is known or there are too many."""
        known = picture.url and any(one.url == picture.url for one in self.pictures)
        if not known and len(self.pictures) < MOST_PICTURES:
            self.pictures.append(picture)


def gather(value: Any, body: Path, events: list[Any] | None = None) -> CollectedAnswer:
    """Collect the contents of a response. Blocking if text is in the file.

    `events` are the objects that a collected stream was merged from.
    """
    found = CollectedAnswer(body, streamed=events is not None)
    _add_value(value, found, value if events is None else events)
    return found


def _add_value(value: Any, found: CollectedAnswer, shapes: Any) -> None:
    """Add the contents of JSON; `shapes` is the JSON to search in the formats of other APIs."""
    before = len(found.pictures)
    _candidates(value, found)
    if len(found.pictures) == before:
        _ends(value, found)
        _other_shapes(shapes, found)
    _add_links(found)
    if not found.pictures:
        # The input of a tool may repeat the request, so it is searched last.
        _other_shapes(shapes, found, tools=True)
        _add_links(found)


def _add_links(found: CollectedAnswer) -> None:
    if not found.pictures:
        for link in found.links:
            found.add(link)


def _candidates(value: Any, found: CollectedAnswer) -> None:
    for _index, group in itertools.groupby(_numbered(value, found), lambda one: one[0]):
        before = len(found.pictures)
        kept = _parts([part for _number, part in group], found)
        if not found.parts or not any(part.picture is not None for part in found.parts):
            # A conversation continues with the candidate that has the picture.
            only_words = len(found.pictures) == before and found.parts
            found.parts = found.parts + kept if only_words else kept


def _numbered(value: Any, found: CollectedAnswer) -> list[tuple[int, Any]]:
    """The parts of all candidates, each with the number of its candidate."""
    every: list[tuple[int, Any]] = []
    for place, candidate in enumerate(fields.items(value, "candidates")):
        found.finishes.append(fields.text(candidate, "finishReason").strip().upper())
        found.told = found.told or fields.text(candidate, "finishMessage")
        content = fields.get(candidate, "content")
        parts = content if isinstance(content, list) else fields.items(content, "parts")
        if isinstance(content, (str, SpilledString)):
            parts = [content]
        number = fields.number(candidate, "index") or 0 if found.streamed else place
        every += [(number, part) for part in parts]
    return every


def _parts(parts: list[Any], found: CollectedAnswer) -> list[KeptPart]:
    """Add the parts of one candidate; successive texts are one text."""
    kept: list[KeptPart] = []
    for is_text, group in itertools.groupby(parts, _is_text):
        if is_text:
            kept += _text_parts(list(group), found)
        else:
            kept += [_part(part, found) for part in group]
    return kept


def _is_text(part: Any) -> bool:
    if isinstance(part, (str, SpilledString)):
        return True
    if not isinstance(fields.get(part, "text"), (str, SpilledString)):
        return False
    others = ("inlineData", "fileData", "imageUrl", "image")
    return fields.get(part, "thought") is not True and not any(
        fields.get(part, name) is not None for name in others
    )


def _text_parts(parts: list[Any], found: CollectedAnswer) -> list[KeptPart]:
    kept: list[KeptPart] = []
    for group in _joined([(_text_of(part), part) for part in parts], found):
        before = len(found.pictures)
        _texts([text for text, _part in group], found)
        number = before if len(found.pictures) > before else None
        for _text, part in group:
            whole = part if isinstance(part, Mapping) else {"text": part}
            kept.append(KeptPart(whole, number))
            if number is not None:
                break  # the picture represents the whole text
    return kept


def _text_of(part: Any) -> Text:
    text = part if isinstance(part, (str, SpilledString)) else fields.get(part, "text")
    assert isinstance(text, (str, SpilledString))
    return text


def _joined(texts: list[tuple[Text, Any]], found: CollectedAnswer) -> list[list[tuple[Text, Any]]]:
    """Group texts that belong together: the pieces of a stream, and the pieces of a picture."""
    if found.streamed:
        return [texts]
    groups: list[list[tuple[Text, Any]]] = []
    is_open = False
    for one in texts:
        rope = TextRope(found.body, [one[0]])
        if is_open and text_pictures.continues(rope):
            groups[-1].append(one)
            is_open = text_pictures.is_within(rope) or text_pictures.is_open(rope)
        else:
            groups.append([one])
            is_open = one is not texts[-1] and text_pictures.is_open(rope)
    return groups


def _part(part: Any, found: CollectedAnswer) -> KeptPart:
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
            _other_shapes({name: other}, found, draft=draft)
    text = fields.get(part, "text")
    if not draft and isinstance(text, (str, SpilledString)):
        _texts([text], found)
    kept = part if isinstance(part, Mapping) else {}
    return KeptPart(kept, number if len(found.pictures) > number else None)


def _inline(inline: Any, found: CollectedAnswer, *, draft: bool) -> None:
    data = inline if isinstance(inline, (str, SpilledString)) else fields.get(inline, "data")
    kind = fields.text(inline, "mimeType") or fields.text(inline, "mime")
    # Audio and video use the same field.
    if kind.lower().startswith(picture_fields.NO_PICTURES):
        return
    if isinstance(data, str) and _LINK.match(data.strip()):
        _address(data.strip(), found, draft=draft, kind=kind)
        return
    is_data = isinstance(data, SpilledString) or (isinstance(data, str) and bool(data.strip()))
    if is_data and not _continued(data, found):
        found.add(AnswerPicture(data=data, media_type=kind[:80], draft=draft))


def _continued(data: Text, found: CollectedAnswer) -> bool:
    """Append the rest of a picture that is split over parts; False for a separate picture."""
    last = found.pictures[-1] if found.pictures else None
    if last is None or last.url or not text_pictures.is_rest(found.body, last.data, data):
        return False
    before = last.data if isinstance(last.data, tuple) else (last.data,)
    found.pictures[-1] = replace(last, data=(*before, data))
    return True


def _address(address: Any, found: CollectedAnswer, *, draft: bool = False, kind: str = "") -> None:
    if isinstance(address, SpilledString):
        # Only data: URLs are this long.
        found.add(AnswerPicture(data=address, draft=draft))
    elif isinstance(address, str) and (data := _DATA_URL.match(address.strip())):
        text = address.strip()[data.end() :]
        found.add(AnswerPicture(data=text, media_type=data[1] or kind[:80], draft=draft))
    elif isinstance(address, str) and "://" in address[:16]:
        url = fields.sound(address.strip())[:_LONGEST_ADDRESS]
        found.add(AnswerPicture(url=url, media_type=kind[:80], draft=draft))


def _texts(texts: list[Text], found: CollectedAnswer, *, draft: bool = False) -> None:
    """Add one text, in one or more pieces, and the pictures in it."""
    if all(isinstance(text, str) and len(text) < text_pictures.SHORTEST for text in texts):
        whole = "".join(str(text) for text in texts)
        if len(whole) < text_pictures.SHORTEST:
            _words(whole, found)
            return
    if all(isinstance(text, str) for text in texts) and _unpacked("".join(map(str, texts)), found):
        return
    rope = TextRope(found.body, texts)
    words, position, added = bytearray(), 0, False
    left = MOST_PICTURES - len(found.pictures)
    for one in text_pictures.pictures_in(rope, most=left, tries=_MOST_TRIES):
        words += rope.read(position, max(position, min(one.start, position + 4 * MOST_WORDS)))
        words += b" "
        found.add(AnswerPicture(data=one.data, media_type=one.kind, draft=draft))
        position, added = one.end, True
    if not added and all(isinstance(text, str) for text in texts):
        _words("".join(str(text) for text in texts), found)
        return
    words += rope.read(position, min(rope.size, position + 4 * MOST_WORDS))
    _words(_readable(bytes(words[: 4 * MOST_WORDS])), found)


def _unpacked(text: str, found: CollectedAnswer) -> bool:
    """Add the pictures of a text that is JSON itself; False if there are none."""
    before = len(found.pictures)
    if text.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            _other_shapes(json.loads(text, strict=False), found)
    return len(found.pictures) > before


def _words(text: str, found: CollectedAnswer) -> None:
    """Add text, and the addresses of pictures in it."""
    links = []
    for pattern in (_SHOWN_LINK, _SHOWN_TAG):
        if "](" in text or "<" in text:
            links += [one[1] for one in pattern.finditer(text)]
            text = pattern.sub(" ", text)
    if bare := _LINK.fullmatch(text.strip()):
        links.append(bare[0])
        text = ""
    for link in _LINK.finditer(text):
        address = link[0].rstrip(".,;:!")
        if picture_fields.PICTURE_NAME.search(re.split(r"[?#]", address, maxsplit=1)[0]):
            links.append(address)
    for link_ in dict.fromkeys(links):
        found.links.append(AnswerPicture(url=fields.sound(link_)[:_LONGEST_ADDRESS]))
    if text.strip():
        found.words.append(text)


def _readable(raw: bytes) -> str:
    """Decode a piece of a JSON string, which may be cut within an escape."""
    text = re.sub(
        r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$", r"\1", raw.decode("utf-8", "replace")
    )
    try:
        return str(json.loads(f'"{text}"', strict=False)).strip()
    except ValueError:
        return text.strip()


def _ends(value: Any, found: CollectedAnswer) -> None:
    """Add finish reasons and refusals of the chat and prediction families."""
    for choice in fields.items(value, "choices"):
        end = fields.text(choice, "finishReason").strip().upper()
        found.finishes.append(_CHAT_ENDS.get(end, end))
        message = fields.get(choice, "message") or fields.get(choice, "delta")
        found.told = found.told or fields.text(message, "refusal")
    for prediction in fields.items(value, "predictions"):
        found.told = found.told or fields.text(prediction, "raiFilteredReason")


def _other_shapes(
    value: Any, found: CollectedAnswer, *, draft: bool = False, tools: bool = False
) -> None:
    """Add the pictures and texts of any other response, in the order sent.

    With `tools`, only the pictures in tool calls and their results are added, and no texts.
    """
    leaves = picture_fields.leaves(value, found.body, draft=draft, tools=tools)
    if tools:
        leaves = (replace(one, silent=True) if one.text else one for one in leaves)
    # Consecutive texts are pieces of a single text only in a stream.
    for (is_text, silent), group in itertools.groupby(leaves, lambda one: (one.text, one.silent)):
        if silent:
            words = list(found.words)
            for texts in _joined([(one.value, one) for one in group], found):
                _texts([text for text, _leaf in texts], found, draft=texts[0][1].draft)
            found.words = words
        elif is_text:
            for texts in _joined([(one.value, one) for one in group], found):
                _texts([text for text, _leaf in texts], found)
        else:
            for one in group:
                _leaf(one, found)


def _leaf(leaf: picture_fields.Leaf, found: CollectedAnswer) -> None:
    if leaf.address:
        _address(leaf.value, found, draft=leaf.draft, kind=leaf.kind)
    else:
        _inline({"data": leaf.value, "mimeType": leaf.kind}, found, draft=leaf.draft)


def gather_text(body: Path, content_type: str = "") -> CollectedAnswer:
    """Collect the pictures of a body that is not JSON: a picture itself, text or several parts.

    Blocking. Web pages have pictures of their own, which are not collected.
    """
    found = CollectedAnswer(body)
    # An empty answer has no file.
    size = body.stat().st_size if body.exists() else 0
    if not size:
        return found
    whole = SpilledString(0, size)
    with body.open("rb") as file:
        opening = file.read(1024)
    head = opening[:64]
    page = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<!") or error_text.is_page(
        opening.decode("utf-8", "replace")
    )
    if is_any_picture(head):
        found.add(AnswerPicture(data=whole, plain=True))
    elif some := multipart.parts(body, content_type):
        for part in some:
            _body_part(part, found)
        _add_links(found)
    elif charsets.is_text(head) and not page:
        _texts([whole], found)
    return found


def _body_part(part: multipart.BodyPart, found: CollectedAnswer) -> None:
    """Add the pictures and the words of a part of a body."""
    place = SpilledString(part.start, part.end)
    with found.body.open("rb") as file:
        file.seek(part.start)
        head = file.read(min(part.end - part.start, 64))
        is_json = head.lstrip()[:1] in (b"{", b"[")
        rest = file.read(min(part.end - file.tell(), _LONGEST_JSON)) if is_json else b""
    kind = part.kind.lower()
    if kind.startswith(("audio/", "video/")):
        return
    if part.base64 and not kind.startswith(("text/", "application/json")):
        found.add(AnswerPicture(data=place, media_type=part.kind[:80]))
    elif is_any_picture(head):
        found.add(AnswerPicture(data=place, plain=True, media_type=part.kind[:80]))
    elif is_json:
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(head + rest, strict=False)
            found.value = value if found.value is None else found.value
            _add_value(value, found, value)
    elif charsets.is_text(head):
        _texts([place], found)
