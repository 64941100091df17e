"""Build a generateContent request: address, headers and body.

Source: the service's own documentation of the call, and that of the gateways before it. Only
camelCase is sent: some gateways silently drop the other spelling.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from studio import __version__
from studio.common.errors import InputError, KeyRefused
from studio.common.i18n import _
from studio.common.urls import read_address
from studio.config.settings import PLACE, USUAL_PATH, Profile
from studio.domain.entities import GenerationRequest, Role
from studio.domain.models import TIERS, Model
from studio.domain.request_plan import PlannedPart, PlannedPicture, plan_request

MAX_BODY = 18 * 1024 * 1024
"""Most bytes of a request's body; services refuse from 20 MB on."""

MAX_PICTURE = 7 * 1024 * 1024
"""Most bytes of one picture in a request, before base64."""

_VERSION = re.compile(r"/(v\d+(?:alpha|beta)?\d*)$", re.IGNORECASE)
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
GOOGLE = "google"


class LoadedPicture(NamedTuple):
    """A picture to send, with its bytes; see `request_plan.PlanInput`."""

    data: bytes
    media_type: str
    role: Role
    sentence: str | None = None


def body(
    request: GenerationRequest,
    inputs: Sequence[LoadedPicture | tuple[bytes, str, Role]],
    model: Model,
    *,
    both_modalities: bool,
    before: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """JSON of the request: the parts of its plan (`plan_request`), and its options.

    `inputs` are the pictures in the request's order; `before` are the turns of a conversation.
    Options that are unset or unsupported by the model are left out. Raises InputError for a body
    larger than any service accepts.
    """
    pictures = [LoadedPicture(*one) for one in inputs]
    plan = plan_request(request, model, pictures)
    parts = [_part(one, pictures) for one in plan.parts]
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
    if plan.system:
        whole["systemInstruction"] = {"role": "user", "parts": [{"text": plan.system}]}
    if request.safety and model.safety:
        whole["safetySettings"] = [
            {"category": _category(one.category), "threshold": one.threshold.upper()}
            for one in request.safety
        ]
    if request.search and model.search:
        whole["tools"] = [{"googleSearch": {}}]
    # A lone surrogate, as some clipboards produce, is not valid text for any service.
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


def _part(one: PlannedPart, pictures: Sequence[LoadedPicture]) -> dict[str, Any]:
    if not isinstance(one, PlannedPicture):
        return {"text": one.text}
    picture = pictures[one.index]
    data = base64.b64encode(picture.data).decode("ascii")
    return {"inlineData": {"mimeType": picture.media_type, "data": data}}


def _image_config(request: GenerationRequest, model: Model) -> dict[str, str]:
    image: dict[str, str] = {}
    if request.aspect is not None:
        image["aspectRatio"] = str(request.aspect)
    if request.size is not None and model.sends_size:
        image["imageSize"] = model.spelled(request.size, image.get("aspectRatio"))
    return image


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
