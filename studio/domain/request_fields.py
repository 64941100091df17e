"""Optional fields of a request, warnings about those left out, and names of levels.

Fields are named as in the request's JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from studio.common.display_text import one_line
from studio.common.i18n import _, pgettext
from studio.domain.entities import GenerationRequest
from studio.domain.safety import category_name

SEED = "seed"
TEMPERATURE = "temperature"
THINKING = "thinkingConfig"
SEARCH = "tools"
IMAGE_SEARCH = "searchTypes"
DETAIL = "mediaResolution"
SAFETY = "safetySettings"
CATEGORY = "HARM_CATEGORY_"
"""Prefix of the safety categories, each of which counts as a field."""

SYSTEM = "systemInstruction"
SIZE = "imageSize"
ASPECT = "aspectRatio"
LOSSLESS = frozenset({SIZE, ASPECT})
"""Fields that are left out only if this does not change the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanges:
    """Differences between a request as sent and as chosen.

    Attributes:
        left_out: fields that were not sent. A system instruction was sent with the prompt instead.
    """

    left_out: tuple[str, ...] = ()


def sent_choices(request: GenerationRequest, changes: RequestChanges) -> GenerationRequest:
    """The request with the choices that were actually sent."""
    left_out = changes.left_out
    return replace(
        request,
        seed=None if SEED in left_out else request.seed,
        temperature=None if TEMPERATURE in left_out else request.temperature,
        thinking="" if THINKING in left_out else request.thinking,
        search=request.search and SEARCH not in left_out,
        image_search=request.image_search and not {SEARCH, IMAGE_SEARCH}.intersection(left_out),
        detail="" if DETAIL in left_out else request.detail,
        safety=tuple(
            one
            for one in request.safety
            if not {SAFETY, category_field(one.category)}.intersection(left_out)
        ),
    )


def category_field(category: str) -> str:
    """Field name of a safety setting."""
    return f"{CATEGORY}{category.upper().removeprefix(CATEGORY)}"


def _known(name: str, known: Mapping[str, str], category: str) -> str:
    """The sentence about a field; empty for an unknown one."""
    if name.startswith(CATEGORY):
        return category.replace("{category}", category_name(name.removeprefix(CATEGORY)))
    return known.get(name, "")


def picture_warnings(names: Iterable[str]) -> tuple[str, ...]:
    """Warnings about a picture that was made without these fields."""
    known = {
        SEED: _("The model does not support seeds; the same prompt gives another picture"),
        TEMPERATURE: _("The model does not support a temperature; its default was used"),
        THINKING: _("The model does not support thinking levels; its default was used"),
        SEARCH: _("The service does not support web search for this model; it did not search"),
        IMAGE_SEARCH: _(
            "The service does not support image search for this model; it searched the web"
        ),
        DETAIL: _(
            "The service does not support reference detail for this model; its default was used"
        ),
        SAFETY: _(
            "The service does not support safety settings for this model; its defaults were used"
        ),
        SYSTEM: _("The service does not support a system instruction; it was sent with the prompt"),
        SIZE: _("The service does not support a size for this model; its default was used"),
        ASPECT: _(
            "The service does not support an aspect ratio for this model; its default was used"
        ),
    }
    # Translators: {field} is the name of a field of the request, such as topP.
    unknown = _("The service does not accept “{field}”; it was not sent")
    # Translators: {category} is a category of blocked content, such as Harassment.
    category = _(
        "The service does not support a setting for “{category}” with this model; its default was"
        " used"
    )
    return tuple(_known(one, known, category) or unknown.format(field=one[:60]) for one in names)


def choice_warnings(model: str, names: Collection[str]) -> list[str]:
    """Warnings before a request about choices that are not sent to a model."""
    known = {
        SEED: _("{model} does not support seeds; results will differ."),
        TEMPERATURE: _("{model} does not support a temperature; its default is used."),
        THINKING: _("{model} does not support thinking levels; its default is used."),
        SEARCH: _("{model} does not support web search; it will not search."),
        IMAGE_SEARCH: _("{model} does not support image search; it searches the web."),
        DETAIL: _("{model} does not support reference detail; its default is used."),
        SAFETY: _("{model} does not support safety settings; its defaults are used."),
    }
    # Translators: {category} is a category of blocked content, such as Harassment.
    category = _("{model} does not support a setting for “{category}”; its default is used.")
    order = [
        *(one for one in known if one in names),
        *sorted(one for one in names if one not in known),
    ]
    sentences = [_known(one, known, category) for one in order]
    return [one.replace("{model}", model) for one in sentences if one]


def thinking_word(level: str) -> str:
    """A thinking level in the user's language; unchanged if unknown."""
    names = {
        "minimal": pgettext("thinking level, in a line", "minimal"),
        "low": pgettext("thinking level, in a line", "low"),
        "medium": pgettext("thinking level, in a line", "medium"),
        "high": pgettext("thinking level, in a line", "high"),
    }
    return names.get(level) or one_line(level)


def detail_word(level: str) -> str:
    """A level of detail of references in the user's language; unchanged if unknown."""
    names = {
        "low": pgettext("reference detail, in a line", "low"),
        "medium": pgettext("reference detail, in a line", "medium"),
        "high": pgettext("reference detail, in a line", "high"),
        "ultra_high": pgettext("reference detail, in a line", "ultra high"),
    }
    return names.get(level) or one_line(level.replace("_", " "))
