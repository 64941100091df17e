"""Build a generateContent request: address, headers and body.

Source: the documentation of the call by the service, and by gateways in front of it. Only
camelCase is sent: some gateways silently drop the other spelling.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from studio import __version__
from studio.common.errors import InputError, KeyRefused
from studio.common.i18n import _, number
from studio.common.urls import is_vertex, is_vertex_host, models_list, models_parent, read_address
from studio.config.settings import PLACE, USUAL_PATH, Profile
from studio.domain import extra_fields
from studio.domain import request_fields as fields
from studio.domain.entities import AspectRatio, GenerationRequest, Role
from studio.domain.models import TIERS, Model, detail_level, thinking_level
from studio.domain.request_plan import PlannedPart, PlannedPicture, plan_request
from studio.providers.gemini.sent_fields import remove_fields, sent_fields

MAX_BODY = 18 * 1024 * 1024
"""Limit in bytes of a request's body; services refuse 20 MB and more."""

MAX_PICTURE = 7 * 1024 * 1024
"""Limit in bytes of one picture in a request, before base64."""

_RESOURCE = re.compile(r"^(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?models/")
_SAFE = "/@+,"
_COUNTED = "gemini-3-pro-image"
"""Model for counting tokens if a profile has no default model."""

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
GOOGLE = "google"


@dataclass(frozen=True, slots=True)
class RequestBody:
    """Body of a request.

    Attributes:
        data: its JSON.
        fields: its optional fields, each with the plain names of its keys.
        left_out: names of chosen fields that the model does not support, except those that make no
            difference.
    """

    data: bytes = field(repr=False)
    fields: Mapping[str, frozenset[str]] = field(repr=False)
    left_out: tuple[str, ...]


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
    """JSON of the request; see `build`."""
    return build(request, inputs, model, both_modalities=both_modalities, before=before).data


def build(
    request: GenerationRequest,
    inputs: Sequence[LoadedPicture | tuple[bytes, str, Role]],
    model: Model,
    *,
    both_modalities: bool,
    before: Sequence[Mapping[str, Any]] = (),
) -> RequestBody:
    """Body of the request: the parts of its plan (`plan_request`), and its options.

    `inputs` are the pictures in the request's order; `before` are the turns of a conversation.
    Options that are unset or unsupported by the model are left out. Raises InputError for a body
    larger than any service accepts.
    """
    pictures = [LoadedPicture(*one) for one in inputs]
    plan, detail = plan_request(request, model, pictures), _detail(request, model)
    parts = [_part(one, pictures, detail) for one in plan.parts]
    config: dict[str, Any] = {
        "responseModalities": ["TEXT", "IMAGE"] if both_modalities else ["IMAGE"]
    }
    if image := _image_config(request, model):
        config["imageConfig"] = image
    if request.seed is not None and model.seed:
        config["seed"] = request.seed
    if request.temperature is not None and model.temperature:
        config["temperature"] = request.temperature
    if (level := thinking_level(request.thinking)) in model.thinking:
        config["thinkingConfig"] = {"thinkingLevel": level.upper()}
    extra_fields.merge(config, request.extra_fields)
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
        whole["tools"] = [{"googleSearch": _search_types(request, model)}]
    kept = frozenset() if has_usual_aspect(request) else {fields.ASPECT}
    removed = remove_fields(whole, model.refused - kept)
    # No service accepts unpaired surrogates, which some clipboards produce.
    data = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(data) > MAX_BODY:
        raise InputError(
            _("The pictures are too large to send together"),
            _("Together they are {size} MB; the limit is {limit} MB.").format(
                size=number(len(data) / 2**20, 1), limit=number(MAX_BODY >> 20)
            ),
            hint=_("Send fewer or smaller reference pictures."),
        )
    left_out = tuple(sorted((removed - fields.LOSSLESS) | _not_taken(request, model)))
    return RequestBody(data, sent_fields(whole), left_out)


def _not_taken(request: GenerationRequest, model: Model) -> frozenset[str]:
    """Fields of the request's choices that this model does not support."""
    thinking = thinking_level(request.thinking)
    missing = {
        fields.SYSTEM: bool(request.system.strip()) and fields.SYSTEM in model.refused,
        fields.SEED: request.seed is not None and not model.seed,
        fields.TEMPERATURE: request.temperature is not None and not model.temperature,
        fields.THINKING: bool(thinking) and thinking not in model.thinking,
        fields.SEARCH: request.search and not model.search,
        fields.IMAGE_SEARCH: request.search
        and model.search
        and request.image_search
        and not model.image_search,
        fields.DETAIL: bool(request.references and request.detail) and not _detail(request, model),
        fields.SAFETY: bool(request.safety) and not model.safety,
        fields.SIZE: request.size not in (None, model.usual_size) and not model.sends_size,
    }
    return frozenset(name for name, holds in missing.items() if holds)


def _part(
    one: PlannedPart, pictures: Sequence[LoadedPicture], detail: Mapping[str, Any]
) -> dict[str, Any]:
    if not isinstance(one, PlannedPicture):
        return {"text": one.text}
    picture = pictures[one.index]
    data = base64.b64encode(picture.data).decode("ascii")
    return {"inlineData": {"mimeType": picture.media_type, "data": data}, **detail}


def _detail(request: GenerationRequest, model: Model) -> dict[str, Any]:
    """Fields of a reference's part besides its bytes."""
    level = detail_level(request.detail)
    if level not in model.media_resolution:
        return {}
    return {"mediaResolution": {"level": f"MEDIA_RESOLUTION_{level.upper()}"}}


def _search_types(request: GenerationRequest, model: Model) -> dict[str, Any]:
    """Kinds of search besides web search."""
    if not (request.image_search and model.image_search):
        return {}
    return {"searchTypes": {"webSearch": {}, "imageSearch": {}}}


def _image_config(request: GenerationRequest, model: Model) -> dict[str, str]:
    image: dict[str, str] = {}
    if request.aspect is not None:
        image["aspectRatio"] = str(request.aspect)
    if request.size is not None and model.sends_size:
        image["imageSize"] = model.spelled(request.size, image.get("aspectRatio"))
    return image


def has_usual_aspect(request: GenerationRequest) -> bool:
    """Whether the ratio is the default one: square, for a request without inputs."""
    return request.aspect == AspectRatio(1, 1) and not request.references


def other_spelling(request: GenerationRequest, model: Model) -> Model | None:
    """The model with the other spelling of the size; None if there is none.

    The user's own spelling is never changed.
    """
    if request.size not in TIERS or not model.sends_size or model.offline:
        return None
    return replace(model, pixel_sizes=not model.pixel_sizes)


def _category(name: str) -> str:
    return f"HARM_CATEGORY_{name.upper().removeprefix('HARM_CATEGORY_')}"


def base_url(profile: Profile) -> str:
    """Address up to "/models", from any pasted spelling.

    A version in the address overrides the profile's own. Raises InputError.
    """
    return models_parent(read_address(profile.base_url), profile.version)


def needs_both_modalities(profile: Profile) -> bool:
    """Whether text and pictures have to be requested together from every model."""
    if profile.auth == GOOGLE:
        return True
    try:
        return is_vertex(base_url(profile))
    except InputError:
        return False  # nothing is sent there


def url(profile: Profile, model: str) -> str:
    """Address of a request for `model`; `/` in its id stays unescaped. Raises InputError."""
    name = _RESOURCE.sub("", model.strip(), count=1)
    if not name:
        raise InputError(_("Choose a model first"))
    if profile.path != USUAL_PATH:
        path = profile.path.replace(PLACE, quote(name, safe=_SAFE))
        return read_address(profile.base_url) + path
    parent = base_url(profile)
    if is_vertex(parent):
        # The address contains the publisher, which gateways put before the id, as in
        # "google/gemini-3-pro-image".
        name = name.removeprefix(f"{parent.rpartition('/')[2]}/")
    return f"{parent}/models/{quote(name, safe=_SAFE)}:generateContent"


def token_count(profile: Profile) -> tuple[str, bytes] | None:
    """Address and body of a free request that tests a key if no models are listed.

    Only Vertex AI and proxies with its paths have one; None for others. Raises InputError.
    """
    if profile.path != USUAL_PATH or not is_vertex(base_url(profile)):
        return None
    address = url(profile, profile.model or _COUNTED)
    body = {"contents": [{"role": "user", "parts": [{"text": "."}]}]}
    return address.removesuffix(":generateContent") + ":countTokens", json.dumps(body).encode()


def list_url(profile: Profile, page: str = "") -> str:
    """Address of the list of models. Google's list has pages; others are complete."""
    parent = base_url(profile)
    if profile.path != USUAL_PATH:
        before = profile.path.partition(PLACE)[0].rstrip("/")
        if before.endswith("/models"):
            parent = read_address(profile.base_url) + before.removesuffix("/models")
    query: dict[str, str] = {}
    if is_vertex_host(urlsplit(parent).hostname or ""):
        query["pageSize"] = "100"
    elif profile.auth == GOOGLE:
        query["pageSize"] = "1000"
    if page:
        query["pageToken"] = page
    return models_list(parent) + (f"?{urlencode(query)}" if query else "")


def headers(profile: Profile, key: str | None) -> dict[str, str]:
    """Headers of a request; the only place for the key."""
    sent = {
        "User-Agent": f"Gridbrush/{__version__}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        # Without compression, the journal has the bytes as received, and there is no risk of a
        # compression bomb.
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
    """A key without artefacts of copying. Raises KeyRefused if nothing valid is left."""
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
