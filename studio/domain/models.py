"""Image models: capabilities and prices, from the built-in table or the service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from studio.domain import request_fields as fields
from studio.domain.entities import Advanced, AspectRatio

TIERS: Mapping[str, int] = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
"""Size tiers and the side of their square picture, smallest first."""


EVERY_SIZE = "*"
"""Key of a price for every size, in the user's own prices."""


PER_SEARCH = "search"
"""Key of the price of one search query, in the user's own prices."""


_PUNCTUATION = re.compile(r"[^\w\s./+-]")
"""Characters of a title other than words, versions and hyphens."""


THINKING = ("minimal", "low", "medium", "high")
"""Thinking levels, lowest first."""


def thinking_level(text: str) -> str:
    """A thinking level in the form of `THINKING`: " HIGH " and "THINKING_LEVEL_HIGH" are "high"."""
    return _level(text, "thinking_level_")


def detail_level(text: str) -> str:
    """A level of detail of references in the form of models.json: "Ultra high" is "ultra_high"."""
    return _level(text, "media_resolution_")


def _level(text: str, prefix: str) -> str:
    level = re.sub(r"[\s_-]+", "_", text.strip().lower()).removeprefix(prefix)
    return "" if level in ("unspecified", f"{prefix}unspecified") else level


class ModelState(StrEnum):
    """Lifecycle state of a model."""

    CURRENT = "current"
    DEPRECATED = "deprecated"
    RETIRED = "retired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Prices in US dollars per million tokens.

    Attributes:
        tool: price of search results read by the model; None for that of a prompt.
        search: US dollars for one search query.
    """

    image: float
    text: float
    prompt: float
    tool: float | None = None
    search: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One image model.

    Attributes:
        aspects: supported ratios, such as "16:9", in the order of the picker.
        sizes: supported tiers, smallest first.
        references: limit of input pictures of a request.
        prices: US dollars for one picture by tier; empty if not known.
        own_prices: the user's own prices, by tier or "*" for all; they take precedence.
        image_tokens: tokens of one picture by tier; identifies the delivered tier.
        note: remark for the user who chooses it; may be empty.
        offline: painted by this program, not by a model.
        fault: exists only to simulate errors.
        prompt_limit: limit of a prompt in characters.
        both_modalities: text and a picture have to be requested together.
        sends_size: supports an image size in the request; False for models with a fixed size.
        seed: supports a seed.
        pixel_sizes: sizes are sent in pixels ("1024x1024") instead of tiers ("1K").
        thinking: supported thinking levels, lowest first.
        search: supports searching.
        image_search: supports searching for images.
        media_resolution: supported levels of detail of references, lowest first.
        extra_fields: JSON that the provider adds to every request; empty without any.
        system: supports a system instruction.
        temperature: supports a temperature.
        safety: supports safety settings.
        shut_down: earliest day of its shutdown, such as "2026-10-29"; empty if not known.
        some_aspects: ratios that only some services of this model accept.
        advisory: `aspects`, `sizes` and `references` are not enforced, because the service may
            accept more: the profile is the user's own, or the model is unknown.
        refused: names of request fields that the model does not support or its service refused.
        pixel_table: width and height by ratio and tier, where published.
    """

    id: str
    title: str
    aspects: tuple[str, ...]
    sizes: tuple[str, ...]
    references: int = 14
    seed: bool = True
    prices: Mapping[str, float] = field(default_factory=dict, hash=False)
    own_prices: Mapping[str, float] = field(default_factory=dict, hash=False)
    state: ModelState = ModelState.UNKNOWN
    note: str = ""
    offline: bool = False
    fault: bool = False
    prompt_limit: int = 32_000
    rates: Rates | None = None
    image_tokens: Mapping[str, int] = field(default_factory=dict, hash=False)
    both_modalities: bool = False
    sends_size: bool = True
    pixel_sizes: bool = False
    thinking: tuple[str, ...] = ()
    search: bool = False
    image_search: bool = False
    media_resolution: tuple[str, ...] = ()
    extra_fields: str = field(default="", repr=False)
    system: bool = True
    temperature: bool = True
    safety: bool = True
    shut_down: str = ""
    some_aspects: tuple[str, ...] = ()
    advisory: bool = False
    refused: frozenset[str] = frozenset()
    pixel_table: Mapping[str, Mapping[str, tuple[int, int]]] = field(
        default_factory=dict, hash=False, repr=False
    )

    @property
    def name_in_text(self) -> str:
        """Its title for use in a sentence; quoted if it contains unusual punctuation."""
        return f"“{self.title}”" if _PUNCTUATION.search(self.title) else self.title

    def pixels(self, aspect: str, size: str) -> tuple[int, int] | None:
        """Expected width and height; None if they are not published.

        2K and 4K are twice and four times the 1K size (the models' own table of output sizes).
        """
        row = self.pixel_table.get(aspect, {})
        if size in row:
            return row[size]
        if size in ("2K", "4K") and "1K" in row:
            width, height = row["1K"]
            times = TIERS[size] // TIERS["1K"]
            return width * times, height * times
        return None

    def price(self, size: str | None) -> float | None:
        """US dollars for one picture of this tier; None if not known.

        Without a tier, the price of `usual_size`.
        """
        if self.offline:
            return 0.0
        own = self.own_price(size)
        return self.prices.get(size or self.usual_size) if own is None else own

    def own_price(self, size: str | None) -> float | None:
        """The user's own price of a picture of this tier, if any."""
        return self.own_prices.get(size or self.usual_size, self.own_prices.get(EVERY_SIZE))

    @property
    def search_price(self) -> float:
        """US dollars for one search query; 0 if no price is known."""
        if self.offline:
            return 0.0
        usual = self.rates.search if self.rates is not None else 0.0
        return self.own_prices.get(PER_SEARCH, usual)

    @property
    def has_advanced(self) -> bool:
        """Whether it supports any of the advanced choices."""
        return bool(
            self.system
            or self.temperature
            or self.thinking
            or self.search
            or self.safety
            or self.media_resolution
        )

    def supported_choices(self, wanted: Advanced) -> Advanced:
        """The wanted choices, with defaults for those that this model does not support."""
        thinking, detail = thinking_level(wanted.thinking), detail_level(wanted.detail)
        search = wanted.search and self.search
        return Advanced(
            system=wanted.system if self.system else "",
            temperature=wanted.temperature if self.temperature else None,
            thinking=thinking if thinking in self.thinking else "",
            search=search,
            safety=wanted.safety if self.safety else (),
            image_search=search and wanted.image_search and self.image_search,
            detail=detail if detail in self.media_resolution else "",
        )

    @property
    def offered_aspects(self) -> tuple[str, ...]:
        """Ratios to choose from: the supported ones; on the user's own profiles, all others too."""
        if not self.advisory:
            return self.aspects
        return (*self.aspects, *(one for one in self.some_aspects if one not in self.aspects))

    def without(self, names: Iterable[str]) -> Model:
        """This model after its service refused these fields of the request."""
        refused = self.refused | frozenset(names)
        fixed = fields.SIZE in refused
        return replace(
            self,
            refused=refused,
            seed=self.seed and fields.SEED not in refused,
            temperature=self.temperature and fields.TEMPERATURE not in refused,
            thinking=() if fields.THINKING in refused else self.thinking,
            search=self.search and fields.SEARCH not in refused,
            image_search=self.image_search and fields.IMAGE_SEARCH not in refused,
            media_resolution=() if fields.DETAIL in refused else self.media_resolution,
            safety=self.safety and fields.SAFETY not in refused,
            sends_size=self.sends_size and not fixed,
            sizes=(self.usual_size,) if fixed and self.sizes else self.sizes,
        )

    def spelled(self, size: str, aspect: str | None = None) -> str:
        """The size in the form sent to this model; the user's own spelling is not changed."""
        if size not in TIERS or not self.pixel_sizes:
            return size
        width, height = self.pixels(aspect or "1:1", size) or _computed(aspect or "1:1", size)
        return f"{width}x{height}"

    @property
    def usual_size(self) -> str:
        """The tier of a request without a size."""
        return "1K" if "1K" in self.sizes or not self.sizes else self.sizes[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceObservation:
    """Facts about a service learned from an answer.

    Attributes:
        model: model of the answer.
        pixel_sizes: whether sizes are sent in pixels; None if nothing was learned.
        both_modalities: text and pictures have to be requested together from every model.
        refused: fields the model's service does not accept.
        aspect: ratio that the service accepts although the model's list lacks it; empty for none.
    """

    model: str
    pixel_sizes: bool | None = None
    both_modalities: bool = False
    refused: frozenset[str] = frozenset()
    aspect: str = ""


def _computed(aspect: str, size: str) -> tuple[int, int]:
    """Width and height of a ratio with the area of a tier, in steps of 16 pixels."""
    ratio = AspectRatio.parse(aspect).value
    side = TIERS[size]
    width, height = side * ratio**0.5, side / ratio**0.5
    return max(16, round(width / 16) * 16), max(16, round(height / 16) * 16)


_MOST_KEYS = 4

_SUFFIX = re.compile(
    r"(?:[-_.](?:preview|latest|exp|experimental|stable|ga|beta|alpha)"
    r"|[-_@.](?:\d{2}-\d{2}(?:-\d{4})?|\d{2}-\d{4}|20\d{2}(?:-\d{2}){1,2}|20\d{4}(?:\d{2})?"
    r"|(?!1024)(?:0[1-9]|1[0-2])[0-3]\d|00\d)"
    r"|@(?:latest|default|stable)|:[\w-]+|\s{0,8}[\[(（【][^\])）】]{0,60}[\])）】])$"
)
_VENDOR = re.compile(
    r"^(?:\s*[\[(（【][^\])）】]*[\])）】]\s*|~"
    r"|(?:google|google[-_ ]?(?:ai|vertex|ai[-_ ]?studio)|vertex(?:[-_ ]?ai)?|ai[-_ ]?studio"
    r"|openrouter|gemini)[-_.:|~ ]+)"
)


@lru_cache(maxsize=4096)
def plain_id(id: str) -> str:
    """A model's name without provider, path, preview, date and gateway suffix, in lower case.

    "google/gemini-3-pro-image-preview" and "models/gemini-3-pro-image" are the same model.
    """
    name = id.strip().lower().rpartition("/")[2]
    while found := _SUFFIX.search(name):
        if found.start() == 0:
            break
        name = name[: found.start()]
    return name


@lru_cache(maxsize=4096)
def possible_keys(id: str) -> tuple[str, ...]:
    """Keys of a table that may match a model, the closest first.

    A key is `name_key` of the id, without and with the vendor names that gateways put first.
    """
    name = id.strip().lower().rpartition("/")[2]
    keys = [name_key(name)]
    while len(keys) < _MOST_KEYS and (found := _VENDOR.match(name)) and found.end() < len(name):
        name = name[found.end() :]
        keys.append(name_key(name))
    return tuple(keys)


def name_key(id: str) -> str:
    """Key of a model's name that does not depend on its separators."""
    return re.sub(r"[-_. ]", "", plain_id(id))


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model in a service's list."""

    id: str
    title: str = ""
