"""A conversation with a model: what is kept of its turns, and how they are told again.

Services that think hand out signatures with their parts and want them back untouched, so a turn is
kept as the model sent it. Only the bytes of pictures are left out: they lie in the library, and are
put back when the turn is told again. What cannot be told again, because the model changed or the
service objects, becomes a single turn with the last picture as its input.

Source: the published facts about signatures of thoughts and their enforcement by route.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.domain import Role
from studio.kinds import kind_of
from studio.models import plain_id
from studio.providers import base64_text
from studio.providers.base import Answer, Spilled
from studio.providers.gemini import fields

MOST_KEPT = 4 * 1024 * 1024
"""Most bytes of one turn without its pictures; a longer one cannot be gone on with."""

_NAMES = {
    "inline_data": "inlineData",
    "file_data": "fileData",
    "thought_signature": "thoughtSignature",
    "function_call": "functionCall",
    "function_response": "functionResponse",
    "executable_code": "executableCode",
    "code_execution_result": "codeExecutionResult",
    "video_metadata": "videoMetadata",
    "media_resolution": "mediaResolution",
}
_PICTURE = "picture"
_LEFT_OUT = "(An earlier picture is left out here.)"

Part = dict[str, Any]
Load = Callable[[], bytes]
"""Gives a picture's bytes. Blocking."""


def keep(answer: Answer, body: Path) -> bytes | None:
    """The model's parts for a file, pictures left out; None when it cannot be gone on with.

    Blocking: long signatures lie in the answer's body. Raises OSError.
    """
    kept: list[Part] = []
    size = 0
    for one in answer.parts:
        part = {_NAMES.get(str(name), str(name)): value for name, value in one.part.items()}
        if one.picture is not None:
            part = _without_bytes(part, one.picture)
        size += sum(_length(value) for value in part.values())
        if size > MOST_KEPT:
            return None
        try:
            part = {name: _read(value, body) for name, value in part.items()}
        except ValueError:
            # What cannot be read as text could not be told again as it was.
            return None
        if part:
            kept.append(part)
    if all(_number(part) is None for part in kept):
        return None
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def kept_parts(data: bytes) -> tuple[Part, ...]:
    """What `keep` gave, read again. Raises ValueError for anything else."""
    value = json.loads(data)
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise ValueError("no kept parts")
    return tuple(value)


def _without_bytes(part: Part, picture: int) -> Part:
    """The part with its picture's number in the place of its bytes.

    A picture that came as an address or within words is told again as a picture too.
    """
    kind = fields.text(part.get("inlineData"), "mimeType")
    kept: Part = {"inlineData": {_PICTURE: picture, **({"mimeType": kind} if kind else {})}}
    left_out = {"inlineData", "fileData", "text", "image", "image_url", "imageUrl", "type"}
    return kept | {name: value for name, value in part.items() if name not in left_out}


def _length(value: Any) -> int:
    if isinstance(value, Spilled):
        return value.end - value.start
    if isinstance(value, Mapping):
        return sum(_length(one) for one in value.values()) + 16 * len(value)
    if isinstance(value, list):
        return sum(_length(one) for one in value)
    return len(value) if isinstance(value, str) else 8


def _read(value: Any, body: Path) -> Any:
    """The value with every long string read back from the answer's body."""
    if isinstance(value, Spilled):
        raw = b"".join(base64_text.from_file(body, value.start, value.end))
        return json.loads(b'"' + raw + b'"', strict=False)
    if isinstance(value, Mapping):
        return {str(name): _read(one, body) for name, one in value.items()}
    if isinstance(value, list):
        return [_read(one, body) for one in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question and its answer.

    Attributes:
        profile, model: who was asked.
        inputs: the pictures that were sent, with media type, in the order they were sent.
        parts: what came back, as `kept_parts` gives it.
        pictures: the bytes of its pictures, by their number in the answer.
        result: which of them the conversation goes on with.
    """

    profile: str
    model: str
    prompt: str
    inputs: tuple[tuple[Load, str], ...] = ()
    parts: tuple[Part, ...]
    pictures: Mapping[int, Load]
    result: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The turns before the new one, ready to be sent.

    Attributes:
        left_out: pictures there was no room for.
    """

    contents: tuple[Part, ...]
    left_out: int = 0


def replayable(turns: Sequence[Turn], profile: str, model: str) -> bool:
    """Whether the turns can be told again to this model: it must have said all of them."""
    return bool(turns) and all(
        turn.profile == profile
        and plain_id(turn.model) == plain_id(model)
        and turn.result in turn.pictures
        and all(number in turn.pictures for number in _numbers(turn))
        for turn in turns
    )


def replay(turns: Sequence[Turn], budget: int) -> Replay | None:
    """The turns as contents of at most `budget` bytes; None when the last picture does not fit.

    Blocking. The oldest pictures go first when there is no room; the newest stays always.
    """
    told = [_told(turn) for turn in turns]
    left_out = 0
    sizes = [[_size(content) for content in contents] for contents in told]
    last = len(told) - 1
    for number, contents in enumerate(told):
        for place, content in enumerate(contents):
            if sum(map(sum, sizes)) <= budget:
                break
            if number == last and content["role"] == "model":
                return None
            fewer, count = _without_pictures(content)
            contents[place] = fewer
            left_out += count
            sizes[number][place] = _size(fewer)
    if sum(map(sum, sizes)) > budget:
        return None
    return Replay(tuple(one for contents in told for one in contents), left_out)


def single(turns: Sequence[Turn]) -> tuple[bytes, str, Role]:
    """The last picture, as the input of a question of its own. Blocking."""
    turn = turns[-1]
    data = turn.pictures[turn.result]()
    found = kind_of(data[:64])
    return data, found.media_type if found else "image/png", Role.EDIT


def without(turn: Turn, *numbers: int) -> Turn:
    """The turn without some of its pictures, such as its drafts."""
    kept = tuple(part for part in turn.parts if _number(part) not in numbers)
    left = {number: load for number, load in turn.pictures.items() if number not in numbers}
    return replace(turn, parts=kept, pictures=left)


def _number(part: Mapping[str, Any]) -> int | None:
    number = fields.get(part.get("inlineData"), _PICTURE)
    return number if isinstance(number, int) else None


def _numbers(turn: Turn) -> Iterator[int]:
    for part in turn.parts:
        if (number := _number(part)) is not None:
            yield number


def _told(turn: Turn) -> list[Part]:
    asked: list[Part] = [_inline(load(), kind) for load, kind in turn.inputs]
    if turn.prompt or not asked:
        asked.append({"text": turn.prompt})
    return [
        {"role": "user", "parts": asked},
        {"role": "model", "parts": [_restored(part, turn) for part in turn.parts]},
    ]


def _restored(part: Part, turn: Turn) -> Part:
    number = _number(part)
    if number is None:
        return part
    data = turn.pictures[number]()
    return {**part, **_inline(data, fields.text(part["inlineData"], "mimeType"))}


def _inline(data: bytes, kind: str) -> Part:
    found = kind_of(data[:64])
    told = kind or (found.media_type if found else "image/png")
    return {"inlineData": {"mimeType": told, "data": base64.b64encode(data).decode("ascii")}}


def _size(content: Part) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()) + 1


def _without_pictures(content: Part) -> tuple[Part, int]:
    parts = [part for part in content["parts"] if "inlineData" not in part]
    count = len(content["parts"]) - len(parts)
    return {**content, "parts": [*parts, *([{"text": _LEFT_OUT}] if count else [])]}, count
