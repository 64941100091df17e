"""Makes sense of a whole answer: pictures, drafts, words and usage, or the reason why not.

Services and gateways send both spellings of every name, nulls anywhere, several pictures, pictures
of their thinking, and on the same address the shapes of another API. What can be rescued is
rescued, and what was odd becomes a warning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from studio.errors import Billed, IncompleteAnswer, NoPicture, ServiceError
from studio.models import Model, plain_id
from studio.providers import base64_text
from studio.providers.base import Answer, AnswerPicture, AnswerSource, Scan, Spilled, Usage
from studio.providers.gemini import fields, refusals, said
from studio.providers.gemini.errors import within_answer
from studio.words import _

_DATA_URL = re.compile(r"data:(image/[\w.+-]+)?[^,\s]{0,80}?base64,", re.IGNORECASE)
_LINK = re.compile(r"!\[[^\]]{0,500}\]\((https://[^\s)]{1,2000})[^)]{0,200}\)")
_BARE_LINK = re.compile(r"\s*(https://\S{1,2000})\s*")
_MOST_WORDS = 16 * 1024


@dataclass(slots=True)
class _Found:
    """What was gathered so far."""

    pictures: list[AnswerPicture] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    finishes: list[str] = field(default_factory=list)
    told: str = ""


def read(source: AnswerSource, scan: Scan, model: Model, *, provider: str = "") -> Answer:
    """The answer of an answer with status 2xx. Blocking where words lie in the file.

    Raises PictureRefused or NoPicture when there is no picture, IncompleteAnswer when it was cut,
    ServiceError and its like when an error came as a success.
    """
    if not scan.complete:
        raise _unfinished(source, scan)
    value = _unwrapped(scan.value)
    found = _Found()
    _gather_candidates(value, found, source)
    if not found.pictures:
        _gather_foreign_shapes(value, found, source)
    told = said.parse_value(value)
    if not found.pictures and told.found:
        raise within_answer(
            told,
            source.headers,
            _beginning(source),
            model=source.request.model,
            provider=provider,
            key=source.key,
        )
    words = said.redact("\n\n".join(found.words), source.key, limit=_MOST_WORDS)
    request_id = said.request_id(source.headers) or fields.text(value, "responseId")[:100]
    if not found.pictures:
        raise _no_picture(value, found, words, request_id, source)
    finish = next((one for one in found.finishes if one), "")
    answer = Answer(
        pictures=tuple(found.pictures),
        words=words,
        finish_reason=finish,
        usage=_usage(value),
        model_version=fields.text(value, "modelVersion")[:200],
        request_id=request_id,
        seed=fields.number(value, "seed"),
    )
    return _with_result(answer, _warnings(answer, found, scan, source, model))


def _unfinished(source: AnswerSource, scan: Scan) -> IncompleteAnswer | ServiceError:
    request_id = said.request_id(source.headers)
    if scan.json:
        return IncompleteAnswer(
            _("The answer broke off"),
            _("The connection ended in the middle of the answer."),
            hint=_("The picture may have been made and charged. Trying again may cost again."),
            billed=Billed.MAYBE,
            request_id=request_id,
        )
    raw = _beginning(source)
    kind = source.headers.get("content-type", "")
    if not raw.strip():
        return ServiceError(
            _("The answer is empty"),
            _("The service answered with nothing at all."),
            hint=_("Try again; it may have been charged."),
            billed=Billed.MAYBE,
            request_id=request_id,
        )
    return ServiceError(
        _("This is not an answer of an image service"),
        _("Something else answered (type {kind}).").format(kind=said.redact(kind, limit=80) or "-"),
        hint=_("Check the network (a sign-in page?) and the provider's base address."),
        billed=Billed.MAYBE if "json" in kind or "event-stream" in kind else Billed.NO,
        request_id=request_id,
        details=said.redact(raw, source.key),
    )


def _beginning(source: AnswerSource) -> str:
    try:
        with source.body.open("rb") as file:
            return file.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""


def _unwrapped(value: Any) -> Any:
    """The object that has the candidates, out of lists and envelopes around it."""
    if isinstance(value, list):
        objects = [one for one in value if isinstance(one, Mapping)]
        value = next((one for one in objects if fields.get(one, "candidates")), None) or (
            objects[0] if objects else None
        )
    for name in ("response", "result", "data"):
        inner = fields.get(value, name)
        answered = fields.get(inner, "candidates") or fields.get(inner, "choices")
        if answered and not fields.get(value, "candidates"):
            return inner
    return value


def _gather_candidates(value: Any, found: _Found, source: AnswerSource) -> None:
    for candidate in fields.items(value, "candidates"):
        finish = fields.text(candidate, "finishReason").strip().upper()
        found.finishes.append(finish)
        found.told = found.told or fields.text(candidate, "finishMessage")
        content = fields.get(candidate, "content")
        parts = content if isinstance(content, list) else fields.items(content, "parts")
        for part in parts:
            _gather_part(part, found, source)


def _gather_part(part: Any, found: _Found, source: AnswerSource) -> None:
    draft = fields.get(part, "thought") is True
    inline = fields.get(part, "inlineData")
    data = fields.get(inline, "data")
    if isinstance(data, Spilled) or (isinstance(data, str) and data.strip()):
        kind = fields.text(inline, "mimeType") or fields.text(inline, "mime")
        # Sound and film come on the same road; they are no pictures.
        if not kind.lower().startswith(("audio/", "video/", "text/")):
            found.pictures.append(AnswerPicture(data=data, media_type=kind[:80], draft=draft))
    file = fields.get(part, "fileData")
    if address := fields.text(file, "fileUri"):
        _gather_address(address, found, draft=draft, kind=fields.text(file, "mimeType"))
    text = fields.get(part, "text")
    if not draft:
        _gather_text(text, found, source)


def _gather_address(address: Any, found: _Found, *, draft: bool = False, kind: str = "") -> None:
    if isinstance(address, Spilled):
        # Only a data: address is that long.
        found.pictures.append(AnswerPicture(data=address, draft=draft))
    elif isinstance(address, str) and (data := _DATA_URL.match(address)):
        picture = AnswerPicture(data=address[data.end() :], media_type=data[1] or "", draft=draft)
        found.pictures.append(picture)
    elif isinstance(address, str) and address.startswith("https://"):
        found.pictures.append(
            AnswerPicture(url=fields.sound(address)[:4096], media_type=kind[:80], draft=draft)
        )


def _gather_text(text: Any, found: _Found, source: AnswerSource) -> None:
    if isinstance(text, Spilled):
        _gather_long_text(text, found, source)
        return
    if not isinstance(text, str):
        return
    if data := _DATA_URL.search(text):
        end = re.compile(r"[)\s\"'>]").search(text, data.end())
        stop = end.start() if end else len(text)
        found.pictures.append(AnswerPicture(data=text[data.end() : stop], media_type=data[1] or ""))
        text = text[: data.start()].rpartition("![")[0]
    elif link := _LINK.search(text) or _BARE_LINK.fullmatch(text):
        _gather_address(link[1], found)
        text = text.replace(link[0], " ")
    if text.strip():
        found.words.append(text.strip())


def _gather_long_text(text: Spilled, found: _Found, source: AnswerSource) -> None:
    """Words longer than the scanner keeps, or a picture written into them as a data: address."""
    head = bytearray()
    for piece in base64_text.from_file(source.body, text.start, text.end):
        head += piece
        break
    start = re.search(rb"data:(?:\\?/|[\w.+-])*[^,\s]{0,80}?base64,", bytes(head), re.IGNORECASE)
    if start is None:
        found.words.append(_readable(bytes(head[:_MOST_WORDS])))
        return
    position = text.start + start.end()
    stop = re.compile(rb"[)\s\"'>]|\\[n\"]")
    for piece in base64_text.from_file(source.body, position, text.end):
        if end := stop.search(piece):
            position += end.start()
            break
        position += len(piece)
    found.pictures.append(AnswerPicture(data=Spilled(text.start + start.end(), position)))


def _readable(raw: bytes) -> str:
    """The text of a piece of a JSON string, which may have been cut within an escape."""
    text = re.sub(
        r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$", r"\1", raw.decode("utf-8", "replace")
    )
    try:
        return str(json.loads(f'"{text}"', strict=False)).strip()
    except ValueError:
        return text.strip()


def _gather_foreign_shapes(value: Any, found: _Found, source: AnswerSource) -> None:
    """Answers of the chat and of the images family, which some gateways give on this address."""
    for choice in fields.items(value, "choices"):
        message = fields.get(choice, "message")
        for image in fields.items(message, "images"):
            address = fields.get(image, "imageUrl")
            _gather_address(
                fields.get(address, "url") if isinstance(address, Mapping) else address, found
            )
        _gather_text(fields.get(message, "content"), found, source)
        for part in fields.items(message, "content"):
            _gather_text(fields.get(part, "text"), found, source)
            _gather_address(fields.get(fields.get(part, "imageUrl"), "url"), found)
    for entry in fields.items(value, "data"):
        data = fields.get(entry, "b64Json") or fields.get(entry, "b64_json")
        if isinstance(data, Spilled) or (isinstance(data, str) and data):
            found.pictures.append(AnswerPicture(data=data))
        else:
            _gather_address(fields.get(entry, "url"), found)


def _no_picture(
    value: Any, found: _Found, words: str, request_id: str, source: AnswerSource
) -> Exception:
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
    told = found.told or fields.text(feedback, "blockReasonMessage")
    return refusals.explain(
        finish=next((one for one in found.finishes if one not in ("", "STOP")), "STOP"),
        block=block,
        words=words,
        told=said.redact(told, source.key, limit=400),
        categories=tuple(dict.fromkeys(name for name in categories if name)),
        more={
            "request_id": request_id,
            "details": said.redact(_beginning(source), source.key),
        },
    )


def _usage(value: Any) -> Usage | None:
    counted = fields.get(value, "usageMetadata")
    if not isinstance(counted, Mapping):
        return None
    answered = fields.number(counted, "candidatesTokenCount")
    by_kind: dict[str, int] = {}
    for detail in fields.items(counted, "candidatesTokensDetails"):
        kind = fields.text(detail, "modality").upper()
        by_kind[kind] = by_kind.get(kind, 0) + (fields.number(detail, "tokenCount") or 0)
    image = by_kind.get("IMAGE")
    if image is None and not by_kind and answered:
        # Without details everything counted is the picture; words beside one are few.
        image = answered
    text = by_kind.get("TEXT", max(0, (answered or 0) - (image or 0)) if by_kind else 0)
    return Usage(
        prompt_tokens=fields.number(counted, "promptTokenCount") or 0,
        image_tokens=image or None,
        text_tokens=text,
        thought_tokens=fields.number(counted, "thoughtsTokenCount") or 0,
        total_tokens=fields.number(counted, "totalTokenCount") or 0,
    )


def _with_result(answer: Answer, warnings: list[str]) -> Answer:
    """At least one picture is a result: the last, when all were marked as drafts."""
    pictures = answer.pictures
    if all(picture.draft for picture in pictures):
        pictures = (*pictures[:-1], replace(pictures[-1], draft=False))
        warnings.append(_("The model sent only a draft; it is kept as the result."))
    return replace(answer, pictures=pictures, warnings=tuple(warnings))


def _warnings(
    answer: Answer, found: _Found, scan: Scan, source: AnswerSource, model: Model
) -> list[str]:
    warnings: list[str] = []
    blocked = [
        one for one in found.finishes if one not in ("", "STOP", "FINISH_REASON_UNSPECIFIED")
    ]
    if blocked:
        warnings.append(
            _("Not everything was delivered (reason {reason}).").format(reason=blocked[0][:60])
        )
    known = {plain_id(model.id), plain_id(source.request.model)}
    if answer.model_version and plain_id(answer.model_version) not in known:
        warnings.append(
            _("Answered by {delivered} instead of {asked}.").format(
                delivered=answer.model_version, asked=source.request.model
            )
        )
    if tier := _delivered_tier(answer, source.request.size, model):
        warnings.append(
            _("Delivered as {delivered}, asked for {asked}.").format(
                delivered=tier, asked=source.request.size
            )
        )
    if scan.trailing:
        warnings.append(_("There was something unreadable after the answer."))
    return warnings


def _delivered_tier(answer: Answer, asked: str | None, model: Model) -> str:
    """The tier the counted tokens tell of, when it is another than the one asked for."""
    expected = model.image_tokens.get(asked or "")
    if expected is None or answer.usage is None or len(answer.pictures) != 1:
        return ""
    counted = answer.usage.image_tokens
    if counted is None or counted == expected:
        return ""
    return next((tier for tier, tokens in model.image_tokens.items() if tokens == counted), "")


def unreadable(source: AnswerSource, error: Exception) -> NoPicture:
    """For shapes nobody foresaw: never another exception than one made for people."""
    return NoPicture(
        _("The answer could not be understood"),
        _("It has a shape this program does not know."),
        hint=_("It may have been charged. Copy the details when you report it."),
        billed=Billed.MAYBE,
        request_id=said.request_id(source.headers),
        details=f"{type(error).__name__}\n{said.redact(_beginning(source), source.key)}"[:1000],
    )
