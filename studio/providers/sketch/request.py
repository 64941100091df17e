"""Conversion of a generateContent request to a brief: prompt, size, seed, roles of pictures."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from typing import Any

from studio.common import json_reader
from studio.domain import sentences
from studio.providers.sketch.brief import Brief, SketchInput
from studio.providers.sketch.repaint import pixels_of
from studio.providers.sketch.roles import MARKED, PADDED, role_of
from studio.providers.sketch.sizes import pixels

# Words beside a picture that name its purpose.
_PALETTE_WORDS = re.compile(r"\b(style|palette|colou?rs?|subject|reference only)\b", re.IGNORECASE)
_EDIT_WORDS = re.compile(r"\b(edit|edited|editing|composition|original|source)\b", re.IGNORECASE)
_MASK_WORDS = re.compile(r"\bmask\b", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:image|picture|reference|photo)\s*#?(\d{1,2})\b(?:\s*(?:is|:|=|-|\()\s*)([^.;\n]{0,80})",
    re.IGNORECASE,
)
# Pattern of a prompt that requests the style of its pictures, not a change to one of them.
_LOOK = re.compile(
    r"\b(?:style|palette|colou?rs|look|mood) (?:of|from|as)\b|\bin this style\b", re.IGNORECASE
)
_KEEP = re.compile(
    r"\b(?:keep|edit|change|replace|remove|add|move|same composition)\b", re.IGNORECASE
)
# Limit in characters of a caption before a picture; a longer text is the prompt.
_CAPTION = 160
_PIECE = 1 << 20

EDITED = frozenset({"edit", PADDED})
"""Roles of a picture that is edited."""


class BadRequestError(ValueError):
    """A request that the service would refuse; the message says why."""


def read(body: bytes) -> Brief:
    """Read the body of a request; without a seed it gets a random one.

    Raises BadRequestError, sizes.UnknownSizeError or repaint.UnreadableInputError, each of which
    the service answers with 400.
    """
    try:
        root = json_reader.plain(body)
    except json_reader.NotUnderstood as error:
        raise BadRequestError(f"Invalid JSON payload received. {error}") from error
    if not isinstance(root, dict):
        raise BadRequestError("Invalid JSON payload received. The root is not an object.")
    config = _object(root, "generationConfig")
    if _number(config.get("candidateCount", 1), "candidateCount") != 1:
        raise BadRequestError("Multiple candidates is not enabled for this model")
    prompt, inputs, words = _contents(root.get("contents"))
    marks: dict[int, str] = {}
    if any(one.role in (MARKED, PADDED) for one in inputs):
        marks, prompt = sentences.read_marks(prompt)
    image = _object(config, "imageConfig")
    seed = config.get("seed")
    size = pixels(
        _text(image.get("aspectRatio"), "aspectRatio"),
        _text(image.get("imageSize"), "imageSize"),
        [pixels_of(one.data, k) for k, one in enumerate(inputs, 1) if one.role in EDITED],
    )
    modalities = config.get("responseModalities") or ["IMAGE"]
    return Brief(
        prompt=prompt,
        size=size,
        seed=secrets.randbits(31) if seed is None else _number(seed, "seed"),
        inputs=inputs,
        wants_picture=any(str(name).upper() == "IMAGE" for name in modalities),
        words=words,
        marks=tuple(marks.values()),
    )


def _contents(contents: object) -> tuple[str, tuple[SketchInput, ...], int]:
    """The prompt, the pictures with their roles, and the number of characters of all words."""
    if not isinstance(contents, list) or not contents:
        raise BadRequestError("contents is not specified")
    prompt: list[str] = []
    found: list[tuple[bytes, str]] = []
    before = 0
    for position, content in enumerate(contents):
        where = f"contents[{position}].parts"
        parts = content.get("parts") if isinstance(content, dict) else None
        if not isinstance(parts, list) or not parts:
            raise BadRequestError(f"{where} must not be empty")
        texts: list[str] = []
        caption = ""
        earlier = len(found)
        for part in parts:
            if not isinstance(part, dict):
                raise BadRequestError(f"{where} holds something else than a part")
            data = part.get("inlineData")
            text = part.get("text")
            if isinstance(data, dict):
                found.append((_decoded(data), caption))
                caption = ""
            elif isinstance(text, str):
                texts.append(text)
                caption = text if len(text) <= _CAPTION else ""
        # In a conversation only the newest text counts, but the pictures of all turns do.
        if content.get("role", "user") != "model" and texts:
            prompt, before = texts, earlier
    words = "\n".join(prompt)
    lines, prompt_words = sentences.read_lines(words)
    # Numbers in sentences refer to the pictures of the newest turn.
    by_place = {before + number: role_of(sentence) for number, sentence in lines.items()}
    if not all(place <= len(found) for place in by_place):
        by_place, prompt_words = {}, words
    return prompt_words, _with_roles(found, prompt_words, by_place), len(words)


def _with_roles(
    found: list[tuple[bytes, str]], words: str, by_place: Mapping[int, str]
) -> tuple[SketchInput, ...]:
    said = {int(number): text for number, text in _NUMBERED.findall(words)}
    roles = [
        by_place.get(k) or _role(said.get(k) or caption) for k, (_, caption) in enumerate(found, 1)
    ]
    wants_look = _LOOK.search(words) and not _KEEP.search(words)
    if "" in roles and not EDITED.intersection(roles) and not wants_look:
        # The last picture without a sentence is the edited one.
        roles[max(k for k, role in enumerate(roles) if not role)] = "edit"
    return tuple(
        SketchInput(data, role or "palette") for (data, _), role in zip(found, roles, strict=True)
    )


def _role(hint: str) -> str:
    """Purpose of a picture, according to the words beside it; "" if they name none."""
    if _MASK_WORDS.search(hint):
        return "mask"
    if _EDIT_WORDS.search(hint):
        return "edit"
    return "palette" if _PALETTE_WORDS.search(hint) else ""


def _decoded(part: Mapping[str, Any]) -> bytes:
    text = part.get("data")
    if not isinstance(text, str) or not text:
        raise BadRequestError("inlineData.data is missing")
    # Some clients use the URL-safe alphabet, some omit the padding.
    text = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        # In pieces, so that a picture of many megabytes never blocks the interpreter for long.
        pieces = (text[k : k + _PIECE] for k in range(0, len(text), _PIECE))
        return b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
    except (binascii.Error, ValueError) as error:
        raise BadRequestError(f"inlineData.data: Base64 decoding failed: {error}") from error


def _object(root: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = root.get(name)
    if value is None or isinstance(value, dict):
        return value or {}
    raise BadRequestError(f"{name} is not an object")


def _text(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise BadRequestError(f"{name} is not a text")


def _number(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
        raise BadRequestError(f"{name} is not a whole number")
    return int(value)
