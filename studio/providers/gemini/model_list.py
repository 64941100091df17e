"""Parser for a service's list of models, in either of two formats."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from studio.common.errors import Billed, ServiceError
from studio.common.i18n import _
from studio.domain.models import ListedModel
from studio.providers.gemini import error_body, fields
from studio.providers.gemini.errors import within_answer

_IMAGE = re.compile(r"image|nano-?banana|imagen", re.IGNORECASE)
_NOT_FOR_US = re.compile(r"embed|rerank|image-?to-?text|vision-ocr", re.IGNORECASE)
_LISTS = ("data", "models", "publisherModels")
_PUBLISHER = re.compile(r"^publishers/[^/]+/(?=models/)")
_MOST = 5000


def parse(
    body: bytes, headers: Mapping[str, str], *, key: str = ""
) -> tuple[tuple[ListedModel, ...], str]:
    """Image models of one page, without duplicates, and the token of the next page (or "").

    Raises ServiceError or another StudioError if the body is an error.
    """
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServiceError(
            _("The list of models could not be read"),
            _("The answer is not from an image service."),
            hint=_("Check the network (a sign-in page?) and the provider's address."),
            billed=Billed.NO,
            details=error_body.redact(body[:4096].decode("utf-8", "replace"), key),
        ) from error
    lists = (fields.items(value, name) for name in _LISTS)
    entries: list[Any] = next(filter(None, lists), [])
    if not entries and (told := error_body.parse_value(value)).found:
        failed = within_answer(
            told, headers, body[:4096].decode("utf-8", "replace"), model="", key=key
        )
        failed.billed = Billed.NO
        raise failed
    found: dict[str, ListedModel] = {}
    for entry in entries[:_MOST]:
        id = (fields.text(entry, "id") or fields.text(entry, "name")).strip()
        id = _PUBLISHER.sub("", id).removeprefix("models/")
        if id and len(id) <= 200 and makes_pictures(id, entry):
            found.setdefault(id, ListedModel(id, fields.text(entry, "displayName")[:100]))
    return tuple(found.values()), fields.text(value, "nextPageToken")


def makes_pictures(id: str, entry: Any = None) -> bool:
    """Whether a model of this name makes pictures on this wire; lists do not state it reliably."""
    methods = fields.get(entry, "supportedGenerationMethods")
    if isinstance(methods, list) and methods and "generateContent" not in methods:
        return False
    return bool(_IMAGE.search(id)) and not _NOT_FOR_US.search(id)
