"""Builds what is sent: address, headers and body of one generateContent call.

Source: the service's own page of the call, and the published facts about the gateways before it.
Only camelCase is sent: some gateways drop the other spelling without a word.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from studio import __version__
from studio.common.errors import InputError, KeyRefused
from studio.common.i18n import _
from studio.common.urls import read_address
from studio.config.settings import PLACE, USUAL_PATH, Profile
from studio.domain.entities import GenerationRequest, Role
from studio.domain.models import TIERS, Model

MAX_BODY = 18 * 1024 * 1024
"""Most bytes of one request's body; services refuse from 20 MB on."""

MAX_PICTURE = 7 * 1024 * 1024
"""Most bytes of one picture in a request, before base64."""

_VERSION = re.compile(r"/(v\d+(?:alpha|beta)?\d*)$", re.IGNORECASE)
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
GOOGLE = "google"


def body(
    request: GenerationRequest,
    inputs: Sequence[tuple[bytes, str, Role]],
    model: Model,
    *,
    both_modalities: bool,
    before: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """The request's JSON: references first, the edited picture last, the words after them.

    `inputs` are bytes, media type and role in the request's order; `before` are the turns of a
    conversation. What is not set, or what the model cannot, is left out. Raises InputError when it
    would be larger than any service takes.
    """
    edited_last = sorted(inputs, key=_is_edited)
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode("ascii")}}
        for data, kind, _role in edited_last
    ]
    if request.prompt:
        parts.append({"text": request.prompt})
    config: dict[str, Any] = {
        "responseModalities": ["TEXT", "IMAGE"] if both_modalities else ["IMAGE"]
    }
    if image := _image_config(request, model):
        config["imageConfig"] = image
    if request.seed is not None:
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
    # A lone half of a surrogate pair, as some clipboards give, is no text any service can take.
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(text) > MAX_BODY:
        raise InputError(
            _("The pictures are too large to send together"),
            _("Together they have {size:.1f} MB; the limit is {limit} MB.").format(
                size=len(text) / 2**20, limit=MAX_BODY >> 20
            ),
            hint=_("Send fewer or smaller reference pictures."),
        )
    return text


def _is_edited(one: tuple[bytes, str, Role]) -> bool:
    return one[2] is Role.EDIT


def _image_config(request: GenerationRequest, model: Model) -> dict[str, str]:
    image: dict[str, str] = {}
    if request.aspect is not None:
        image["aspectRatio"] = str(request.aspect)
    if request.size is not None and model.sends_size:
        image["imageSize"] = model.spelled(request.size, image.get("aspectRatio"))
    return image


def other_spelling(request: GenerationRequest, model: Model) -> Model | None:
    """The model as it would be told the size in the other way; None when there is none.

    The user's own spelling is never changed.
    """
    if request.size not in TIERS or not model.sends_size or model.offline:
        return None
    return replace(model, pixel_sizes=not model.pixel_sizes)


def _category(name: str) -> str:
    return f"HARM_CATEGORY_{name.upper().removeprefix('HARM_CATEGORY_')}"


def base_url(profile: Profile) -> str:
    """The address up to and with the version, in whatever spelling it was pasted.

    A version in the address wins over the profile's own. Raises InputError.
    """
    address = read_address(profile.base_url)
    return address if _VERSION.search(address) else f"{address}/{profile.version}"


def url(profile: Profile, model: str) -> str:
    """Where to send a request for `model`; `/` and `:` in its place stay as they are."""
    name = model.strip().removeprefix("models/")
    if not name:
        raise InputError(_("Choose a model first"))
    quoted = quote(name, safe="/@+,")
    if profile.path != USUAL_PATH:
        return read_address(profile.base_url) + profile.path.replace(PLACE, quoted)
    return f"{base_url(profile)}/models/{quoted}:generateContent"


def list_url(profile: Profile, page: str = "") -> str:
    """Where the service lists its models. Google pages; the others give all at once."""
    address = f"{base_url(profile)}/models"
    if profile.path != USUAL_PATH:
        before = profile.path.partition(PLACE)[0].rstrip("/")
        if before.endswith("/models"):
            address = read_address(profile.base_url) + before
    if profile.auth != GOOGLE:
        return address
    return f"{address}?pageSize=1000" + (f"&pageToken={quote(page, safe='')}" if page else "")


def headers(profile: Profile, key: str | None) -> dict[str, str]:
    """The headers of a request; the key travels here and nowhere else."""
    sent = {
        "User-Agent": f"Gridbrush/{__version__}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        # The journal keeps the bytes as they come, and a bomb has nowhere to unfold.
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
    """The key without what comes along when it is copied. Raises KeyRefused if none is left."""
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
