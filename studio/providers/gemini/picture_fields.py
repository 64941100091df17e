"""Table of fields with pictures and texts, in responses of any API family.

Names are compared without case, underscores and hyphens. If the name is inconclusive, the bytes
decide: a string that begins like a picture is one, whatever its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.common.file_types import is_any_picture
from studio.providers import base64_text
from studio.providers.base import SpilledString
from studio.providers.gemini import fields

NO_PICTURES = ("audio/", "video/", "text/", "font/")
"""Beginnings of media types that share their fields with pictures."""

_BYTES = frozenset({
    "b64json", "bytesbase64encoded", "imagebytes", "base64", "partialimageb64", "imagebase64",
    "b64", "base64image", "imageb64",
})  # fmt: skip
"""Fields whose value is always base64."""

_PLACES = frozenset({
    "url", "imageurl", "fileuri", "uri", "image", "images", "output", "outputs", "src",
    "imageuri", "gcsuri", "fileurl", "downloadurl", "outputurl", "imageurls", "urls", "data",
    "result", "results", "href", "contenturl",
})  # fmt: skip
"""Fields whose value may be the address of a picture."""

_TEXTS = frozenset({"text", "content", "outputtext", "markdown", "caption", "parts"})
"""Fields with the model's own words."""

_SKIPPED = frozenset({
    "input", "inputs", "request", "contents", "prompt", "instances", "parameters", "tools",
    "error", "errors", "usage", "usagemetadata", "groundingmetadata", "citationmetadata",
    "logprobs", "thoughtsignature", "signature", "encryptedcontent", "safetyratings",
    "promptfeedback", "mask", "referenceimages", "sourceimage", "inputimage", "inputimages",
    "systeminstruction", "instructions", "urlcontextmetadata", "annotations", "reasoning",
    "reasoningcontent", "revisedprompt", "thumbnail", "thumbnails",
})  # fmt: skip
"""Fields with data that was sent, counted or looked up."""

_TOOL_FIELDS = frozenset({
    "toolcalls", "arguments", "functioncall", "functionresponse", "tooluse", "toolresult",
    "codeexecutionresult", "executablecode",
})  # fmt: skip
"""Fields with the input or the output of a tool."""

_PIECES = frozenset({"arguments", "delta", "partialjson", "stringvalue"})
"""Fields with a piece of a tool's JSON input, in a stream."""

_OTHERS = frozenset({"user", "system", "tool", "developer", "function"})
"""Roles whose contents do not come from the model."""

_SENT = re.compile(r"input(?!_json)|user|search|summary", re.IGNORECASE)
_TOOL = re.compile(r"tool|function|call_output|mcp|code_interpreter|input_json", re.IGNORECASE)
_DRAFT = re.compile(r"partial|thought|thinking|preview|draft", re.IGNORECASE)
_MADE = re.compile(r"image_?generation", re.IGNORECASE)
_MOST_VISITED = 200_000
_HEAD = 256
_LEAST = 11
_LEAST_JSON = 16
_JSON = re.compile(r"\s*[{\[]")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Leaf:
    """A picture, an address or a text of a response.

    Attributes:
        value: base64 or a data: URL, an address, or the model's words.
        text: whether it is a text.
        silent: whether it is a text that may contain pictures, but is not the model's words.
        address: whether it is the address of a picture.
        kind: declared media type.
        draft: not meant as the result.
    """

    value: str | SpilledString
    text: bool = False
    silent: bool = False
    address: bool = False
    kind: str = ""
    draft: bool = False


def leaves(value: Any, body: Path, *, draft: bool = False, tools: bool = False) -> Iterator[Leaf]:
    """The pictures, addresses and texts of a response, in the order sent. Blocking.

    With `tools`, only those in tool calls and their results.
    """
    return _Walk(body, tools=tools).visit(value, "", "", draft=draft, own=True)


class _Walk:
    """One walk through the values of a response."""

    def __init__(self, body: Path, *, tools: bool) -> None:
        self._body = body
        self._tools = tools
        self._inside = 0 if tools else 1
        self._visited = 0
        self._unpacked = 0

    def visit(self, value: Any, name: str, kind: str, *, draft: bool, own: bool) -> Iterator[Leaf]:
        """Leaves of a value in the field `name`.

        `own` is False for the service's own format, whose texts are read elsewhere.
        """
        self._visited += 1
        if self._visited > _MOST_VISITED:
            return
        if isinstance(value, list):
            for one in value:
                yield from self.visit(one, name, kind, draft=draft, own=own)
        elif isinstance(value, Mapping):
            yield from self._visit_object(value, kind, draft=draft, own=own)
        elif self._inside and isinstance(value, (str, SpilledString)):
            yield from self._visit_string(value, name, kind, draft=draft, own=own)

    def _visit_object(
        self, value: Mapping[Any, Any], kind: str, *, draft: bool, own: bool
    ) -> Iterator[Leaf]:
        type_ = fields.text(value, "type")
        made = _MADE.search(type_) is not None
        is_tool = not made and _TOOL.search(type_) is not None
        role = fields.text(value, "role").lower()
        if self._tools and role in ("tool", "function"):
            role, is_tool = "", True
        if role in _OTHERS or (not made and _SENT.search(type_)) or (is_tool and not self._tools):
            return
        draft = draft or fields.get(value, "thought") is True or _DRAFT.search(type_) is not None
        kind = next(
            (
                declared
                for name in ("mimeType", "mime", "mediaType", "contentType")
                if (declared := fields.text(value, name)[:80])
            ),
            kind,
        )
        if kind.lower().startswith(NO_PICTURES):
            return
        found: list[Leaf] = []
        for name, one in value.items():
            plain = _plain(name)
            # In a tool call, the field "input" has the model's data, not the user's.
            skipped = plain in _SKIPPED and not (is_tool and plain == "input")
            skipped = skipped or (plain in _TOOL_FIELDS and not self._tools)
            if skipped or (plain.startswith("type") and isinstance(one, str)):
                continue
            partial = draft or plain.startswith("partial")
            theirs = own and plain != "candidates"
            inside = self._tools and (is_tool or plain in _TOOL_FIELDS)
            self._inside += inside
            found += self.visit(one, plain, kind, draft=partial, own=theirs)
            self._inside -= inside
        if any(not leaf.text and not leaf.address for leaf in found):
            # An address in the same object as the bytes is that of the same picture.
            direct = {one.strip() for one in value.values() if isinstance(one, str)}
            found = [one for one in found if not (one.address and one.value in direct)]
        yield from found

    def _visit_string(
        self, value: str | SpilledString, name: str, kind: str, *, draft: bool, own: bool
    ) -> Iterator[Leaf]:
        if isinstance(value, str):
            if _LINK.match(value.strip()):
                if name in _PLACES or not name:
                    yield Leaf(value.strip(), address=True, kind=kind, draft=draft)
                elif name in _TEXTS and own and not draft:
                    yield Leaf(value, text=True)
                elif not _BESIDE.search(name) and PICTURE_NAME.search(
                    re.split(r"[?#]", value.strip(), maxsplit=1)[0]
                ):
                    yield Leaf(value, text=True, silent=True)
                return
            if name in _BYTES and value.strip():
                yield Leaf(value, address=_is_data_url(value), kind=kind, draft=draft)
                return
            if len(value) >= _LEAST_JSON and _JSON.match(value) and self._unpacked < _DEEPEST:
                try:
                    inner = json.loads(value, strict=False)
                except (ValueError, RecursionError):
                    pass
                else:
                    self._unpacked += 1
                    yield from self.visit(inner, name, kind, draft=draft, own=own)
                    return
        head = self._head(value)
        if self._tools and name in _PIECES:
            yield Leaf(value, text=True, silent=True)
        elif _begins_picture(head):
            data_url = isinstance(value, str) and _is_data_url(value)
            yield Leaf(value, address=data_url, kind=kind, draft=draft)
        elif name in _BYTES:
            yield Leaf(value, kind=kind, draft=draft)
        elif name in _TEXTS and own and not draft:
            yield Leaf(value, text=True)
        elif isinstance(value, SpilledString) or _MAY_HOLD.search(head):
            yield Leaf(value, text=True, silent=True)

    def _head(self, value: str | SpilledString) -> bytes:
        if isinstance(value, str):
            return value[:_HEAD].encode("utf-8", "replace")
        end = min(value.end, value.start + _HEAD)
        return b"".join(base64_text.from_file(self._body, value.start, end))


_BESIDE = re.compile(
    r"input|source|reference|original|avatar|icon|logo|thumb|preview|doc|help|example|before|mask"
)
"""Pattern of fields whose address may lead to a picture other than the result."""

PICTURE_NAME = re.compile(r"\.(?:png|jpe?g|webp|gif|avif|heic|jxl|bmp|tiff?)$", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|gs|s3)://\S{1,4096}\Z", re.IGNORECASE)
_MAY_HOLD = re.compile(rb"data:image|!\[[^\]]{0,100}\]\(|<img\b", re.IGNORECASE)
_DATA_URL = re.compile(
    rb"\s*data:(?:[\w.+-]{1,60}\\*/[\w.+-]{1,60})?[^,\s]{0,120}base64", re.IGNORECASE
)


def _is_data_url(value: str) -> bool:
    return _DATA_URL.match(value[:_HEAD].encode("utf-8", "replace")) is not None


def _begins_picture(head: bytes) -> bool:
    """Whether a string with this start is base64 of a picture, or a data: URL of one."""
    if found := _DATA_URL.match(head):
        return not re.match(rb"\s*data:(?:audio|video|text|font)", found[0], re.IGNORECASE)
    clean = b"".join(base64_text.cleaned(head).split()).rstrip(b"=")
    if len(clean) < _LEAST or not re.fullmatch(rb"[A-Za-z0-9+/_-]+", clean):
        return False
    try:
        start = b"".join(base64_text.decode((clean[: len(clean) // 4 * 4],)))
    except base64_text.DirtyBase64Error:
        return False
    return is_any_picture(start[:64])


def _plain(name: Any) -> str:
    return str(name).replace("_", "").replace("-", "").lower()
