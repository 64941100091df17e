"""Validation of record fields: ids, digests, paths in the library, numbers.

Types are checked by decoding. Invalid fields are returned by name, so that a picture or a job can
be kept without them where possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any, TypeVar, cast

from studio.common.json_reader import MOST, NotUnderstood, convert, is_id, is_inside, is_sha256
from studio.domain import markup as drawn
from studio.domain.choices import ALONE, Decision, DuelDefinition, RoundDefinition
from studio.domain.derivation import Derivation
from studio.domain.entities import Drift, GenerationRequest, Job, Picture, Reference
from studio.library.files.originals import is_original

T = TypeVar("T")

LAST_TIME = 2.5e11
"""Latest valid time in seconds since 1970, just before the year 9999."""

NOT_PICTURES = frozenset({"collection", "round", "duel", "round_place", "decision"})
"""Fields whose ids belong to collections, rounds and duels."""

_FIRST_TIME = -6e10
_MOST_USD = 1e9
_MOST_EDGE = 2**31
_LAST_VERSION = 1000

_FLAGS = ("", "pick", "reject")
_JOB_TIMES = ("started", "finished", "retry_at", "send_at")
_JOB_NUMBERS = ("position", "attempt", "attempts", "received", "queue_place")


def odd_in_picture(picture: Picture) -> list[str]:
    """Invalid fields of a picture."""
    p = picture
    odd = []
    if not is_id(p.id):
        odd.append("id")
    if not is_place(p.path):
        odd.append("path")
    if not is_sha256(p.sha256):
        odd.append("sha256")
    if not 0 < p.width < _MOST_EDGE:
        odd.append("width")
    if not 0 < p.height < _MOST_EDGE:
        odd.append("height")
    if not 0 <= p.bytes < MOST:
        odd.append("bytes")
    if not _FIRST_TIME < p.created < LAST_TIME:
        odd.append("created")
    if p.job is not None and not is_id(p.job):
        odd.append("job")
    if p.run is not None and not is_id(p.run):
        odd.append("run")
    if not 0 <= p.row < MOST:
        odd.append("row")
    if not 0 <= p.colour <= 0xFFFFFF:
        odd.append("colour")
    if p.seconds is not None and not 0 <= p.seconds < LAST_TIME:
        odd.append("seconds")
    if p.seed is not None and not -MOST <= p.seed < MOST:
        odd.append("seed")
    if p.cost_usd is not None and not 0 <= p.cost_usd <= _MOST_USD:
        odd.append("cost_usd")
    if not 0 <= p.rating <= 5:
        odd.append("rating")
    if p.parents and not all(is_sha256(one.sha256) and _maybe_id(one.picture) for one in p.parents):
        odd.append("parents")
    if p.collections and not all(map(is_id, p.collections)):
        odd.append("collections")
    if p.conversation is not None and not (
        is_sha256(p.conversation.parts)
        and all(not one or is_id(one) for one in p.conversation.pictures)
        and _maybe_id(p.conversation.after)
        and 0 < p.conversation.turns < MOST
    ):
        odd.append("conversation")
    if p.derivation is not None and not _is_derivation(p.derivation):
        odd.append("derivation")
    if p.markup is not None and not drawn.is_valid(p.markup):
        odd.append("markup")
    return odd


def _is_derivation(derivation: Derivation) -> bool:
    return (
        is_sha256(derivation.markup)
        and 0 <= derivation.seam <= 1
        and 0 <= derivation.outside < MOST
        and all(-1 <= edge <= 2 for edge in derivation.crop or ())
    )


def odd_in_job(job: Job) -> list[str]:
    """Invalid fields of a job."""
    j = job
    odd = []
    if not is_id(j.id):
        odd.append("id")
    if not is_id(j.run):
        odd.append("run")
    if odd_in_request(j.request):
        odd.append("request")
    if not _FIRST_TIME < j.created < LAST_TIME:
        odd.append("created")
    odd += [name for name in _JOB_TIMES if not _maybe_time(getattr(j, name))]
    odd += [name for name in _JOB_NUMBERS if not 0 <= getattr(j, name) < MOST]
    if j.estimate_usd is not None and not 0 <= j.estimate_usd <= _MOST_USD:
        odd.append("estimate_usd")
    if j.pictures and not all(map(is_id, j.pictures)):
        odd.append("pictures")
    if j.failure is not None and not _maybe_time(j.failure.retry_at):
        odd.append("failure")
    return odd


def odd_in_request(request: GenerationRequest) -> list[str]:
    """Invalid fields of a request."""
    odd = []
    if request.aspect is not None and not (
        0 < request.aspect.width < _MOST_EDGE and 0 < request.aspect.height < _MOST_EDGE
    ):
        odd.append("aspect")
    if request.seed is not None and not -MOST <= request.seed < MOST:
        odd.append("seed")
    if request.references and not all(map(is_reference, request.references)):
        odd.append("references")
    if request.continues is not None and not is_id(request.continues):
        odd.append("continues")
    if request.markup is not None and not drawn.is_valid(request.markup):
        odd.append("markup")
    return odd


def is_place(path: str) -> bool:
    """Whether this can be the path of an original."""
    return is_inside(path) and is_original(path)


def is_reference(reference: Reference) -> bool:
    """Whether a reference is valid: its digest names a file."""
    return is_sha256(reference.sha256) and _maybe_id(reference.picture)


def is_value(field: str, value: Any) -> bool:
    """Whether this is a valid value of a field; True for unknown fields."""
    match field:
        case "rating":
            return type(value) is int and 0 <= value <= 5
        case "flag":
            return value in _FLAGS if isinstance(value, str) else False
        case "trashed" | "answer" | "seen" | "missing" | "dismissed" | "purged" | "imported":
            return isinstance(value, (bool, int)) and value in (0, 1)
        case "title" | "note":
            return value is None or isinstance(value, str)
        case "tags":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "collections":
            return isinstance(value, list) and all(
                isinstance(one, str) and is_id(one) for one in value
            )
        case "path":
            return isinstance(value, str) and is_place(value)
        case "collection_place":
            return value is None or (type(value) is int and 0 <= value < MOST)
        case "collection":
            return value is None or (
                isinstance(value, dict)
                and isinstance(value.get("name"), str)
                and isinstance(value.get("search", ""), str)
            )
        case "branch":
            return isinstance(value, str)
        case "stack":
            return isinstance(value, str) and (value in ("", ALONE) or is_id(value))
        case "cover" | "round_place":
            return type(value) is int and 0 <= value < MOST
        case "drift":
            return value is None or (
                _is_read_as(value, Drift) and (value.get("share") is None or value["share"] >= 0)
            )
        case "round":
            return value is None or _is_read_as(value, RoundDefinition)
        case "duel":
            return value is None or _is_read_as(value, DuelDefinition)
        case "decision":
            return _is_read_as(value, Decision)
    return True


def _is_read_as(value: Any, kind: type[Any]) -> bool:
    try:
        convert(value, kind)
    except NotUnderstood:
        return False
    return True


def is_version(number: int) -> bool:
    """Whether this is a plausible version number."""
    return 0 < number <= _LAST_VERSION


def is_moment(seconds: float) -> bool:
    """Whether this time is within the range of the calendar."""
    return _FIRST_TIME < seconds < LAST_TIME


def without_odd_fields(value: T, odd: Sequence[str], at: float = 0.0) -> T:
    """The same value with defaults for these fields.

    `at` is the time of the record, used for an invalid time of creation. Raises NotUnderstood for
    a field without a default.
    """
    whole: Any = value
    known = {field.name: field for field in fields(whole)}
    changes: dict[str, Any] = {}
    for name in odd:
        field = known[name]
        if name == "failure":
            changes[name] = replace(whole.failure, retry_at=None)
        elif field.default is not MISSING:
            changes[name] = field.default
        elif field.default_factory is not MISSING:
            changes[name] = field.default_factory()
        elif name == "request":
            changes[name] = without_odd_fields(whole.request, odd_in_request(whole.request))
        elif name == "created" and at:
            changes[name] = at
        else:
            raise NotUnderstood(name)
    return cast("T", replace(whole, **changes))


def _maybe_id(text: str | None) -> bool:
    return text is None or is_id(text)


def _maybe_time(seconds: float | None) -> bool:
    return seconds is None or is_moment(seconds)
