"""Conversations with a model: storage and replay of their turns.

Thinking services attach signatures to their parts and want them back unchanged, so a turn is stored
as the model sent it. Only the bytes of pictures are left out: they are in the library, and
reinserted on replay. Turns are replayed whole or not at all, because a service may check each part
for its signature; the oldest are dropped first.

Source: the published documentation of thought signatures and their enforcement by route.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.common import json_reader
from studio.common.file_types import kind_of
from studio.domain.entities import Role
from studio.domain.models import plain_id
from studio.domain.request_plan import PlannedPart, PlannedPicture, plan_parts
from studio.providers import base64_text
from studio.providers.base import Answer, SpilledString
from studio.providers.gemini import fields
from studio.providers.gemini.request import MAX_PICTURE
from studio.providers.history import ConversationTurn, Part

MOST_KEPT = 4 * 1024 * 1024
"""Limit in bytes of one turn without its pictures; a longer turn cannot be continued."""

MOST_PARTS = 2_000
"""Limit of parts of one turn; a model that streams its thoughts sends some hundreds."""

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
_AROUND = 64
"""Upper bound in bytes of the JSON around a picture or a text."""


def extract_turn(answer: Answer, body: Path) -> bytes | None:
    """The model's parts for a file, without pictures; None if they cannot be continued.

    Blocking: long signatures are in the response's body. Raises OSError.
    """
    if len(answer.parts) > MOST_PARTS:
        return None
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
            # Unreadable text could not be replayed unchanged.
            return None
        if part:
            kept.append(part)
    if all(_number(part) is None for part in kept):
        return None
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def kept_parts(data: bytes) -> tuple[Part, ...]:
    """Parse the result of `extract_turn`. Raises ValueError for anything else."""
    value = json_reader.plain(data)
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise ValueError("no kept parts")
    return tuple(value)


def _without_bytes(part: Part, picture: int) -> Part:
    """Replace the bytes of a part's picture with its number.

    A picture sent as an address or within text is replayed as a picture too.
    """
    kind = fields.text(part.get("inlineData"), "mimeType")
    kept: Part = {"inlineData": {_PICTURE: picture, **({"mimeType": kind} if kind else {})}}
    left_out = {"inlineData", "fileData", "text", "image", "image_url", "imageUrl", "type"}
    return kept | {name: value for name, value in part.items() if name not in left_out}


def _length(value: Any) -> int:
    if isinstance(value, SpilledString):
        return value.end - value.start
    if isinstance(value, Mapping):
        return sum(_length(one) for one in value.values()) + 16 * len(value)
    if isinstance(value, list):
        return sum(_length(one) for one in value)
    return len(value) if isinstance(value, str) else 8


def _read(value: Any, body: Path) -> Any:
    """The value with every long string read from the response's body."""
    if isinstance(value, SpilledString):
        raw = b"".join(base64_text.from_file(body, value.start, value.end))
        return json.loads(b'"' + raw + b'"', strict=False)
    if isinstance(value, Mapping):
        return {str(name): _read(one, body) for name, one in value.items()}
    if isinstance(value, list):
        return [_read(one, body) for one in value]
    return value


@dataclass(frozen=True, slots=True)
class HistoryReplay:
    """Earlier turns of a conversation, ready to send.

    Attributes:
        turns: number of turns.
    """

    contents: tuple[Part, ...]
    turns: int


def replayable(turn: ConversationTurn, profile: str, model: str) -> bool:
    """Whether a turn can be replayed to this model: it is from this model, with every picture."""
    return (
        turn.profile == profile
        and plain_id(turn.model) == plain_id(model)
        and turn.result in turn.pictures
        and all(number in turn.pictures for number in _numbers(turn))
    )


def replay(turns: Sequence[ConversationTurn], budget: int) -> HistoryReplay | None:
    """The newest turns as contents of at most `budget` bytes; None if not even one fits.

    Blocking. A turn with a picture above the service's limit is left out, with all older ones.
    """
    kept: list[ConversationTurn] = []
    for turn in reversed(turns):
        budget -= _size(turn)
        if budget < 0 or _largest(turn) > MAX_PICTURE:
            break
        kept.insert(0, turn)
    if not kept:
        return None
    return HistoryReplay(tuple(one for turn in kept for one in _turn_parts(turn)), len(kept))


def _number(part: Mapping[str, Any]) -> int | None:
    number = fields.get(part.get("inlineData"), _PICTURE)
    return number if isinstance(number, int) else None


def _numbers(turn: ConversationTurn) -> Iterator[int]:
    for part in turn.parts:
        if (number := _number(part)) is not None:
            yield number


def _turn_parts(turn: ConversationTurn) -> list[Part]:
    asked: list[Part] = []
    for part in _planned(turn):
        if isinstance(part, PlannedPicture):
            asked.append(_inline(*turn.inputs[part.index]))
        else:
            asked.append({"text": part.text})
    if not asked:
        asked.append({"text": turn.prompt})
    return [
        {"role": "user", "parts": asked},
        {"role": "model", "parts": [_restored(part, turn) for part in turn.parts]},
    ]


@dataclass(frozen=True, slots=True)
class _Sent:
    """An input of an earlier turn; the inputs of a turn are already in sending order."""

    sentence: str
    role: Role = Role.FREE


def _planned(turn: ConversationTurn) -> tuple[PlannedPart, ...]:
    sentences = turn.sentences or ("",) * len(turn.inputs)
    return plan_parts(turn.prompt, [_Sent(sentence) for sentence in sentences], marks=turn.marks)


def _restored(part: Part, turn: ConversationTurn) -> Part:
    number = _number(part)
    if number is None:
        return part
    data = turn.pictures[number]
    return {**part, **_inline(data, fields.text(part["inlineData"], "mimeType"))}


def _inline(data: bytes, kind: str) -> Part:
    found = kind_of(data[:64])
    told = kind or (found.media_type if found else "image/png")
    return {"inlineData": {"mimeType": told, "data": base64.b64encode(data).decode("ascii")}}


def _pictures(turn: ConversationTurn) -> list[bytes]:
    told = [turn.pictures[number] for number in _numbers(turn)]
    return [data for data, _kind in turn.inputs] + told


def _largest(turn: ConversationTurn) -> int:
    return max(map(len, _pictures(turn)), default=0)


def _size(turn: ConversationTurn) -> int:
    """Lower bound of the turn's size as JSON, without encoding its pictures."""
    words = json.dumps(
        [turn.prompt, turn.sentences, turn.marks, turn.parts],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    pictures = sum((len(data) + 2) // 3 * 4 + _AROUND for data in _pictures(turn))
    return len(words.encode("utf-8", "replace")) + 2 * _AROUND + pictures
