"""Reader for complete responses: pictures, drafts, text and usage, or why there is no picture.

Services and gateways send both spellings of every name, nulls anywhere, several pictures, drafts
made while thinking, and the formats of other APIs on the same address. Everything usable is kept,
and oddities become warnings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.common.errors import Billed, IncompleteAnswer, NoPicture, ServiceError, StudioError
from studio.common.i18n import _
from studio.domain.entities import Role
from studio.domain.models import Model, plain_id
from studio.providers import charsets
from studio.providers.base import Answer, AnswerSource, Scan
from studio.providers.connection_errors import unreadable_encoding
from studio.providers.gemini import error_body, error_causes, fields, grounding, refusals, usage
from studio.providers.gemini.collect import MOST_WORDS, CollectedAnswer, gather, gather_text
from studio.providers.gemini.errors import from_status, within_answer
from studio.providers.gemini.no_picture import understood


def read(source: AnswerSource, scan: Scan, model: Model) -> Answer:
    """Read a response with status 2xx. Blocking if text is in the file.

    Raises PictureRefused or NoPicture if it has no picture, IncompleteAnswer if it is truncated,
    ServiceError if it is an error sent as a success.
    """
    if scan.refused is not None:
        scan.refused.request_id = error_body.request_id(source.headers)
        raise scan.refused
    value, events = _unwrapped(scan.value)
    streamed = events is not None
    if scan.complete:
        found = gather(value, source.body, events)
    else:
        kind = source.headers.get("content-type", "")
        found = CollectedAnswer(source.body) if scan.json else gather_text(source.body, kind)
        value = found.value
        if not found.pictures and value is None:
            raise _unfinished(source, scan)
    # A stream sends its text in pieces, a complete response in paragraphs.
    spoken = "".join(found.words) if streamed else "\n\n".join(one.strip() for one in found.words)
    words = error_body.redact(spoken, source.key, limit=MOST_WORDS)
    told = error_body.parse_value(value)
    if not (found.pictures or told.found or words or _is_answer(value)):
        told = error_body.parse_any(value)
    if not found.pictures and told.found:
        error = within_answer(
            told,
            source.headers,
            _beginning(source),
            model=source.request.model,
            references=_references(source),
            key=source.key,
        )
        error.details = f"{error.details}\n{words}"[: error_body.MOST_SHOWN].rstrip()
        error.answered = understood(source, scan)
        raise error
    request_id = error_body.request_id(source.headers) or fields.text(value, "responseId")[:100]
    if not found.pictures:
        error = _no_picture(value, found, words, request_id, source)
        error.answered = understood(source, scan)
        if not error.answered and isinstance(error, refusals.NothingSaid):
            raise unreadable(source)
        raise error
    answer = Answer(
        pictures=tuple(found.pictures),
        words=words,
        usage=usage.read(value),
        model_version=fields.text(value, "modelVersion")[:200],
        request_id=request_id,
        seed=fields.number(value, "seed"),
        parts=tuple(found.parts),
        grounding=grounding.read(value, source.body),
    )
    return _with_result(answer, _warnings(answer, found, scan, source, model))


def _is_answer(value: Any) -> bool:
    return any(fields.get(value, name) is not None for name in fields.ANSWERS)


def _unfinished(source: AnswerSource, scan: Scan) -> IncompleteAnswer | ServiceError:
    request_id = error_body.request_id(source.headers)
    if scan.json:
        return IncompleteAnswer(
            _("The answer is incomplete"),
            _("The connection was lost during the answer."),
            billed=Billed.MAYBE,
            request_id=request_id,
        )
    if _is_binary(source):
        return unreadable_encoding(source.headers.get("content-encoding", ""))
    raw = _beginning(source)
    kind = source.headers.get("content-type", "")
    if not raw.strip():
        error = ServiceError(
            _("The answer is empty"),
            _("The service sent no data."),
            hint=_("Try again."),
            billed=Billed.MAYBE,
            request_id=request_id,
        )
        error.answered = understood(source, scan)
        return error
    error = ServiceError(
        _("Not an image service's answer"),
        # Translators: {kind} is a media type such as text/html.
        _("The answer is of type {kind}.").format(kind=error_body.redact(kind, limit=80) or "-"),
        hint=_("Check the network (a sign-in page?) and the provider's address."),
        billed=Billed.MAYBE if "json" in kind or "event-stream" in kind else Billed.NO,
        request_id=request_id,
        details=error_body.redact(raw, source.key),
    )
    error.answered = understood(source, scan)
    return error


def read_refusal(source: AnswerSource, scan: Scan, model: Model) -> Answer:
    """Read the picture in a response with a status other than 2xx.

    Raises the service's error if there is none, IncompleteAnswer for a truncated picture.
    """
    value, events = _unwrapped(scan.value)
    if scan.complete and gather(value, source.body, events).pictures:
        found = read(source, scan, model)
        told = _("The service reported a failure (status {status}).").format(status=source.status)
        return replace(found, warnings=(*found.warnings, told))
    error = from_status(
        source.status,
        source.headers,
        _first(source, error_body.MOST_READ),
        model=source.request.model,
        references=_references(source),
        key=source.key,
    )
    error.answered = understood(source, scan)
    raise error


def _references(source: AnswerSource) -> tuple[str, ...]:
    """Names of the pictures sent with a request, in the order of the request."""
    edited_last = sorted(source.request.references, key=lambda one: one.role is Role.EDIT)
    return tuple(one.name for one in edited_last)


def _beginning(source: AnswerSource) -> str:
    return _first(source, 4096).decode("utf-8", "replace")


def _is_binary(source: AnswerSource) -> bool:
    """Whether a body is neither text nor empty, and so probably compressed in an unknown way."""
    head = _first(source, 64)
    return bool(head) and not charsets.is_text(head)


def _first(source: AnswerSource, most: int) -> bytes:
    try:
        with source.body.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""


_MOST_ENVELOPES = 3


def _unwrapped(value: Any) -> tuple[Any, list[Any] | None]:
    """Find the object with the candidates within lists, strings and envelopes.

    A list is a collected stream: its objects are merged. The second value is the merged objects;
    None if there was only one.
    """
    if isinstance(value, str) and len(value) > 1:
        value = _from_text(value)
    if isinstance(value, list):
        objects = [_out_of_envelope(one) for one in value if isinstance(one, Mapping)]
        if len(objects) > 1:
            return _together(objects), objects
        # A list of other values may have pictures too.
        return (objects[0] if objects else value), None
    return _out_of_envelope(value), None


def _from_text(text: str) -> Any:
    """JSON within a JSON string."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return text


def _out_of_envelope(value: Any, depth: int = 0) -> Any:
    if not isinstance(value, Mapping) or depth > _MOST_ENVELOPES:
        return value
    if any(fields.get(value, one) for one in fields.ANSWERS):
        return value
    for name in ("response", "result", "data", "body", "output"):
        inner = fields.get(value, name)
        if isinstance(inner, str) and inner.lstrip()[:1] in ("{", "["):
            inner = _from_text(inner)
        if isinstance(inner, list) and inner:
            inner = inner[0]
        found = _out_of_envelope(inner, depth + 1)
        if any(fields.get(found, one) for one in fields.ANSWERS):
            return found
    return value


def _together(objects: list[Mapping[Any, Any]]) -> dict[Any, Any]:
    """Merge objects: lists are joined; of other values the last is kept."""
    whole: dict[Any, Any] = {}
    for one in objects:
        for name, said_ in one.items():
            before = whole.get(name)
            if isinstance(before, list) and isinstance(said_, list):
                whole[name] = before + said_
            elif said_ is not None:
                whole[name] = said_
    return whole


def _no_picture(
    value: Any, found: CollectedAnswer, words: str, request_id: str, source: AnswerSource
) -> StudioError:
    feedback = fields.get(value, "promptFeedback")
    block = fields.text(feedback, "blockReason").upper()
    ratings = fields.items(feedback, "safetyRatings") + [
        rating
        for candidate in fields.items(value, "candidates")
        for rating in fields.items(candidate, "safetyRatings")
    ]
    categories = tuple(
        fields.text(rating, "category").removeprefix("HARM_CATEGORY_").replace("_", " ").lower()
        for rating in ratings
        if fields.get(rating, "blocked") is True
    )
    model = source.request.model
    if not block and error_causes.is_retirement_notice(words, model):
        notice = error_body.ErrorBody(message=words, found=True)
        error = within_answer(notice, source.headers, _beginning(source), model=model)
        error.billed = Billed.MAYBE
        return error
    told = found.told or fields.text(feedback, "blockReasonMessage")
    # A gateway translates the reason; the service's own is more precise.
    native = [
        fields.text(choice, "nativeFinishReason").strip().upper()
        for choice in fields.items(value, "choices")
    ]
    ends = ("", "STOP", "COMPLETED", "ERROR", "END_TURN")
    return refusals.explain(
        finish=next((one for one in (*native, *found.finishes) if one not in ends), "STOP"),
        block=block,
        words=words,
        told=error_body.redact(told, source.key, limit=400),
        categories=tuple(dict.fromkeys(name for name in categories if name)),
        more={
            "request_id": request_id,
            "details": error_body.redact(_beginning(source), source.key),
        },
    )


def _with_result(answer: Answer, warnings: list[str]) -> Answer:
    """Make the last picture the result if all were marked as drafts."""
    pictures = answer.pictures
    if all(picture.draft for picture in pictures):
        pictures = (*pictures[:-1], replace(pictures[-1], draft=False))
        warnings.append(_("The model sent only a draft; it was saved as the result."))
    return replace(answer, pictures=pictures, warnings=tuple(warnings))


def _warnings(
    answer: Answer, found: CollectedAnswer, scan: Scan, source: AnswerSource, model: Model
) -> list[str]:
    warnings: list[str] = []
    blocked = [one for one in found.finishes if one not in (*fields.NO_REASON, "STOP")]
    if blocked:
        warnings.append(_("Incomplete result (reason {reason}).").format(reason=blocked[0][:60]))
    known = {plain_id(model.id), plain_id(source.request.model)}
    if answer.model_version and plain_id(answer.model_version) not in known:
        warnings.append(
            _("Made by {delivered} instead of {asked}.").format(
                delivered=answer.model_version, asked=source.request.model
            )
        )
    if tier := _delivered_tier(answer, source.request.size, model):
        warnings.append(
            _("Requested {asked}, received {delivered}.").format(
                delivered=tier, asked=source.request.size
            )
        )
    if scan.trailing:
        warnings.append(_("Unreadable data after the answer."))
    return warnings


def _delivered_tier(answer: Answer, asked: str | None, model: Model) -> str:
    """Size tier according to the counted tokens, if it differs from the requested one."""
    expected = model.image_tokens.get(asked or "")
    if expected is None or answer.usage is None or len(answer.pictures) != 1:
        return ""
    counted = answer.usage.image_tokens
    if counted is None or counted == expected:
        return ""
    return next((tier for tier, tokens in model.image_tokens.items() if tokens == counted), "")


def unreadable(source: AnswerSource, error: Exception | None = None) -> NoPicture:
    """Error for a response in an unknown format."""
    return NoPicture(
        _("Unknown answer format"),
        _("Gridbrush does not know this format."),
        hint=_("Include the details when you report it."),
        billed=Billed.MAYBE,
        request_id=error_body.request_id(source.headers),
        details=f"{type(error).__name__ if error else ''}\n"
        f"{error_body.redact(_beginning(source), source.key)}".strip()[:1000],
    )
