"""Build a generateContent request: address, headers and body.

Source: the service's own documentation of the call, and that of the gateways before it. Only
camelCase is sent: some gateways silently drop the other spelling.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from studio import __version__
from studio.common.errors import InputError, KeyRefused
from studio.common.i18n import _
from studio.common.urls import read_address
from studio.config.settings import PLACE, USUAL_PATH, Profile
from studio.domain import request_fields as fields
from studio.domain.entities import AspectRatio, GenerationRequest, Role
from studio.domain.models import TIERS, Model
from studio.providers.gemini.sent_fields import remove_fields, sent_fields

MAX_BODY = 18 * 1024 * 1024
"""Most bytes of a request's body; services refuse from 20 MB on."""

MAX_PICTURE = 7 * 1024 * 1024
"""Most bytes of one picture in a request, before base64."""

_VERSION = re.compile(r"/(v\d+(?:alpha|beta)?\d*)$", re.IGNORECASE)
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
GOOGLE = "google"


@dataclass(frozen=True, slots=True)
class RequestBody:
    """Body of a request.

    Attributes:
        data: its JSON.
        fields: its optional fields, each with the plain names of its keys.
        left_out: names of the fields the request would have, but its model does not take; without
            those that make no difference.
    """

    data: bytes = field(repr=False)
    fields: Mapping[str, frozenset[str]] = field(repr=False)
    left_out: tuple[str, ...]


def body(
    request: GenerationRequest,
    inputs: Sequence[tuple[bytes, str, Role]],
    model: Model,
    *,
    both_modalities: bool,
    before: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """JSON of the request; see `build`."""
    return build(request, inputs, model, both_modalities=both_modalities, before=before).data


def build(
    request: GenerationRequest,
    inputs: Sequence[tuple[bytes, str, Role]],
    model: Model,
    *,
    both_modalities: bool,
    before: Sequence[Mapping[str, Any]] = (),
) -> RequestBody:
    """Body of the request: references first, then the edited picture, then the text.

    `inputs` are bytes, media type and role in the request's order; `before` are the turns of a
    conversation. Options that are unset or unsupported by the model are left out; a system
    instruction that its service refused is sent before the prompt. Raises InputError for a body
    larger than any service accepts.
    """
    edited_last = sorted(inputs, key=_is_edited)
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode("ascii")}}
        for data, kind, _role in edited_last
    ]
    moved = request.system.strip() if fields.SYSTEM in model.refused else ""
    if text := "\n\n".join(one for one in (moved, request.prompt) if one):
        parts.append({"text": text})
    config: dict[str, Any] = {
        "responseModalities": ["TEXT", "IMAGE"] if both_modalities else ["IMAGE"]
    }
    if image := _image_config(request, model):
        config["imageConfig"] = image
    if request.seed is not None and model.seed:
        config["seed"] = request.seed
    if request.temperature is not None and model.temperature:
        config["temperature"] = request.temperature
    if request.thinking.lower() in model.thinking:
        config["thinkingConfig"] = {"thinkingLevel": request.thinking.upper()}
    whole: dict[str, Any] = {
        "contents": [*before, {"role": "user", "parts": parts}],
        "generationConfig": config,
    }
    if request.system.strip() and model.system:
        whole["systemInstruction"] = {"role": "user", "parts": [{"text": request.system}]}
    if request.safety and model.safety:
        whole["safetySettings"] = [
            {"category": _category(one.category), "threshold": one.threshold.upper()}
            for one in request.safety
        ]
    if request.search and model.search:
        whole["tools"] = [{"googleSearch": {}}]
    kept = frozenset() if has_usual_aspect(request) else {fields.ASPECT}
    removed = remove_fields(whole, model.refused - kept)
    # A lone surrogate, as some clipboards produce, is not valid text for any service.
    data = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(data) > MAX_BODY:
        raise InputError(
            _("The pictures are too large to send together"),
            _("Together they have {size:.1f} MB; the limit is {limit} MB.").format(
                size=len(data) / 2**20, limit=MAX_BODY >> 20
            ),
            hint=_("Send fewer or smaller reference pictures."),
        )
    left_out = tuple(sorted((removed - fields.LOSSLESS) | _not_taken(request, model)))
    return RequestBody(data, sent_fields(whole), left_out)


def _not_taken(request: GenerationRequest, model: Model) -> frozenset[str]:
    """Fields of the request's choices that this model does not take."""
    thinking = request.thinking.lower()
    missing = {
        fields.SEED: request.seed is not None and not model.seed,
        fields.TEMPERATURE: request.temperature is not None and not model.temperature,
        fields.THINKING: bool(thinking) and thinking not in model.thinking,
        fields.SEARCH: request.search and not model.search,
        fields.SAFETY: bool(request.safety) and not model.safety,
        fields.SIZE: request.size not in (None, model.usual_size) and not model.sends_size,
    }
    return frozenset(name for name, holds in missing.items() if holds)


def _is_edited(one: tuple[bytes, str, Role]) -> bool:
    return one[2] is Role.EDIT


def _image_config(request: GenerationRequest, model: Model) -> dict[str, str]:
    image: dict[str, str] = {}
    if request.aspect is not None:
        image["aspectRatio"] = str(request.aspect)
    if request.size is not None and model.sends_size:
        image["imageSize"] = model.spelled(request.size, image.get("aspectRatio"))
    return image


def has_usual_aspect(request: GenerationRequest) -> bool:
    """Whether the picture has the same shape without the ratio: square, with no input."""
    return request.aspect == AspectRatio(1, 1) and not request.references


def other_spelling(request: GenerationRequest, model: Model) -> Model | None:
    """The model with the other spelling of the size; None when there is none.

    The user's own spelling is never changed.
    """
    if request.size not in TIERS or not model.sends_size or model.offline:
        return None
    return replace(model, pixel_sizes=not model.pixel_sizes)


def _category(name: str) -> str:
    return f"HARM_CATEGORY_{name.upper().removeprefix('HARM_CATEGORY_')}"


def base_url(profile: Profile) -> str:
    """Address up to and including the version, from any pasted spelling.

    A version in the address overrides the profile's own. Raises InputError.
    """
    address = read_address(profile.base_url)
    return address if _VERSION.search(address) else f"{address}/{profile.version}"


def url(profile: Profile, model: str) -> str:
    """Address of a request for `model`; `/` in the model's id stays unescaped."""
    name = model.strip().removeprefix("models/")
    if not name:
        raise InputError(_("Choose a model first"))
    quoted = quote(name, safe="/@+,")
    if profile.path != USUAL_PATH:
        return read_address(profile.base_url) + profile.path.replace(PLACE, quoted)
    return f"{base_url(profile)}/models/{quoted}:generateContent"


def list_url(profile: Profile, page: str = "") -> str:
    """Address of the list of models. Google's has pages; others send all at once."""
    address = f"{base_url(profile)}/models"
    if profile.path != USUAL_PATH:
        before = profile.path.partition(PLACE)[0].rstrip("/")
        if before.endswith("/models"):
            address = read_address(profile.base_url) + before
    if profile.auth != GOOGLE:
        return address
    return f"{address}?pageSize=1000" + (f"&pageToken={quote(page, safe='')}" if page else "")


def headers(profile: Profile, key: str | None) -> dict[str, str]:
    """Headers of a request; the only place for the key."""
    sent = {
        "User-Agent": f"Gridbrush/{__version__}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        # The journal stores the bytes as received, and a compression bomb has nowhere to unfold.
        "Accept-Encoding": "identity",
    }
    if key is not None:
        clean = clean_key(key)
        if profile.auth == GOOGLE:
            sent["x-goog-api-key"] = clean
        else:
            sent["Authorization"] = f"Bearer {clean}"
    return sent


def clean_key(key: str) -> str:
    """Strip artefacts of copying from a key. Raises KeyRefused if nothing valid is left."""
    text = key.strip().strip("\"'").strip()
    text = re.sub(r"^(?:authorization\s*:\s*)?bearer\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", text)
    if not _HEADER_SAFE.fullmatch(text):
        raise KeyRefused(
            _("This is not an API key"),
            _("It is empty, or contains invalid characters."),
            hint=_("Copy the key again from the provider's page."),
        )
    return text
