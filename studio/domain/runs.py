"""Planning of runs: a draft becomes priced requests, one for each prompt, source and copy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from studio.common import i18n
from studio.common.errors import InputError
from studio.common.i18n import _, listed, ngettext
from studio.domain import extra_fields, pricing, prompt_variants
from studio.domain import markup as drawn
from studio.domain import request_fields as fields
from studio.domain import sentences as role_sentences
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import (
    Advanced,
    AspectRatio,
    ConversationOrigin,
    GenerationRequest,
    Parent,
    Picture,
    Reference,
    Role,
    new_id,
    short_name,
)
from studio.domain.markup import Markup
from studio.domain.models import TIERS, Model, detail_level, plain_id, thinking_level
from studio.domain.sentences import GuideWords

ASK_ABOVE = 16
"""Number of pictures above which a run has to be confirmed."""

MOST_SEED = 2**31 - 1
MOST_TEMPERATURE = 2.0

_SAMPLING = frozenset({fields.SEED, fields.TEMPERATURE})
"""Fields that can be left out without changing the content of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One press of Generate.

    Attributes:
        requests: one for each picture, in the order of sending.
        names: short name of each picture, for its tile.
        each_usd: estimate for one picture; None if the price is not known.
        guide_words: changed sentences for pictures drawn from the markup.
    """

    id: str
    requests: tuple[GenerationRequest, ...]
    names: tuple[str, ...]
    each_usd: float | None = None
    guide_words: tuple[tuple[GuideWords, str], ...] = ()

    @property
    def total_usd(self) -> float | None:
        """Estimate for all pictures; None if the price is not known."""
        return None if self.each_usd is None else self.each_usd * len(self.requests)

    @property
    def needs_confirmation(self) -> bool:
        """Whether the user has to confirm it because of its number of pictures."""
        return len(self.requests) > ASK_ABOVE


def plan(
    draft: Draft,
    model: Model,
    texts: tuple[str, ...],
    *,
    sentences: Mapping[Role, str] = role_sentences.DEFAULTS,
    guide_words: Mapping[GuideWords, str] = role_sentences.GUIDES,
) -> Run:
    """The run of a draft; `texts` are its prompts (`prompt_variants.expand(draft.prompt)`).

    Every prompt is sent with each source, and for each frame of the markup that extends beyond the
    picture; crops are made without a run. Copy k gets seed + k - 1. Choices that the model does not
    support are left out (`left_out`) or refused. References without their own sentence get that of
    their role in `sentences`. Raises InputError for an invalid draft.
    """
    # Unpaired surrogates, as from some clipboards, can be neither sent nor stored.
    draft = replace(draft, prompt=_sound(draft.prompt))
    texts = tuple(_sound(text) for text in texts)
    _check(draft, model, texts)
    draft = replace(
        draft,
        references=tuple(
            role_sentences.with_final_sentence(one, sentences)
            for one in draft.references
            if not draft.markup.sent or one.role is not Role.MASK
        ),
    )
    advanced = _advanced(draft, model)
    aspect = _aspect(draft, model)
    size = _size(draft, model)
    extra = extra_fields.checked(model.extra_fields)
    requests: list[GenerationRequest] = []
    names: list[str] = []
    if model.references == 1:
        # Only the marked copy is sent.
        draft = replace(draft, markup=replace(draft.markup, send_clean=False))
    for references, markup, text, name in _each(draft, texts):
        continued = goes_on_with(replace(draft, references=references), model)
        request = GenerationRequest(
            profile=draft.profile,
            model=model.id,
            prompt=text,
            aspect=aspect,
            size=size,
            references=references,
            source_prompt=draft.prompt,
            system=advanced.system,
            temperature=advanced.temperature,
            safety=advanced.safety,
            search=advanced.search,
            thinking=advanced.thinking,
            image_search=advanced.image_search,
            detail=advanced.detail,
            extra_fields=extra,
            continues=continued.picture if continued is not None else None,
            markup=markup,
        )
        for number in range(draft.count):
            seed = draft.seed + number if draft.seed is not None and model.seed else None
            requests.append(replace(request, seed=seed))
            names.append(name)
    return Run(
        id=new_id(),
        requests=tuple(requests),
        names=tuple(names),
        each_usd=pricing.estimate(model, size, advanced),
        guide_words=tuple(guide_words.items() - role_sentences.GUIDES.items()),
    )


def _each(
    draft: Draft, texts: tuple[str, ...]
) -> Iterator[tuple[tuple[Reference, ...], Markup | None, str, str]]:
    """References, markup, prompt and name of each request, without its copies."""
    together = draft.sent_together
    markups = _markups(draft)
    for references in together:
        for text, name in zip(texts, _names(draft.prompt, texts), strict=True):
            # With one prompt for several sources, pictures are named after their sources.
            by_source = len(together) > 1 and len(texts) == 1
            for markup in markups:
                frame = markup.frames[0].aspect if markup is not None and markup.frames else ""
                by_frame = frame if len(markups) > 1 and len(texts) == 1 else ""
                usual = short_name(references[0].name) if by_source else name
                told = _told(markup) or (_around(references, frame) if markup is not None else "")
                yield references, markup, text, by_frame or usual or told


def _around(references: tuple[Reference, ...], aspect: str) -> str:
    """Name of a picture without a prompt: the format of its frame, or its source's name."""
    return aspect or (short_name(references[0].name) if references else "")


def _told(markup: Markup | None) -> str:
    """Name of a picture without a prompt: the beginning of its first mark's sentence."""
    return short_name(next((one.sentence for _n, one in markup.sent_marks), "")) if markup else ""


def _markups(draft: Draft) -> tuple[Markup | None, ...]:
    """Markup of each request with the same prompt: one for each frame."""
    markup = draft.markup
    if markup.empty or not draft.sources:
        return (None,)
    if not markup.frames:
        return (markup,)
    return tuple(markup.for_frame(frame) for frame in markup.extensions)


def goes_on_with(draft: Draft, model: Model) -> Reference | None:
    """The edited picture whose conversation this draft continues, if any.

    Only the model that made the picture can continue, because the history has its signatures. The
    offline painter supports no conversations, and a picture with marks is sent by itself.
    """
    if model.offline or draft.markup.sent:
        # Marks refer to pictures sent with them, not to one in the history.
        return None
    source = next(iter(draft.sources), None)
    if not draft.continues or source is None or source.picture is None or source.talk is None:
        return None
    talk = source.talk
    same = talk.profile == draft.profile and plain_id(talk.model) == plain_id(model.id)
    return source if same else None


def left_out(draft: Draft, model: Model) -> frozenset[str]:
    """Fields of the draft's choices that `plan` leaves out because the model does not support them.

    An unsupported seed or temperature is always left out; other choices only after the service
    refused them.
    """
    supported = model.supported_choices(draft.advanced)
    image_search = draft.advanced.search and draft.advanced.image_search
    wanted = {
        fields.SEED: draft.seed is not None and not model.seed,
        fields.TEMPERATURE: supported.temperature != draft.advanced.temperature,
        fields.THINKING: supported.thinking != draft.advanced.thinking,
        fields.SEARCH: supported.search != draft.advanced.search,
        fields.IMAGE_SEARCH: supported.search and supported.image_search != image_search,
        fields.DETAIL: supported.detail != detail_level(draft.advanced.detail),
        fields.SAFETY: supported.safety != draft.advanced.safety,
        **{fields.category_field(one.category): True for one in supported.safety},
    }
    optional = model.refused | (frozenset() if model.offline else _SAMPLING)
    return frozenset(name for name, missing in wanted.items() if missing) & optional


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWarnings:
    """Sentences about choices outside a model's published limits, which are sent anyway.

    Empty for choices within them, and for a model whose limits are enforced.
    """

    aspect: str = ""
    size: str = ""
    references: str = ""

    @property
    def sentences(self) -> list[str]:
        return [one for one in (self.aspect, self.size, self.references) if one]


def limit_warnings(draft: Draft, model: Model) -> LimitWarnings:
    """Warnings about a draft's choices outside the limits of a model."""
    if not model.advisory:
        return LimitWarnings()
    aspect, size = _written_aspect(draft.aspect), draft.size.strip().upper()
    about_aspect = about_size = about_references = ""
    if model.aspects and aspect not in ("", MATCH, *model.aspects):
        about_aspect = _("{model} may not support {aspect}; the service decides.")
    if size in TIERS and size not in model.sizes:
        about_size = (
            _("{model} may not support {size}; the service decides.")
            if model.sends_size
            else _("{model} makes pictures of one size; {size} is not sent.")
        )
    number = _pictures_sent(draft, model)
    if number > model.references:
        about_references = ngettext(
            "{model} may not accept {n} reference; the service decides.",
            "{model} may not accept {n} references; the service decides.",
            number,
        )
    return LimitWarnings(
        aspect=about_aspect.format(model=model.id, aspect=aspect[:40]),
        size=about_size.format(model=model.id, size=size),
        references=about_references.format(model=model.id, n=i18n.number(number)),
    )


def _written_aspect(text: str) -> str:
    """A ratio as spelled in the models' lists; anything else unchanged."""
    try:
        return str(AspectRatio.parse(text))
    except ValueError:
        return text.strip()


def can_repeat(picture: Picture) -> bool:
    """Whether a picture has a prompt or references from which another can be made."""
    return bool(picture.prompt or picture.source_prompt or picture.parents)


def variations(
    picture: Picture,
    model: Model,
    count: int,
    here: Draft | None = None,
    *,
    sentences: Mapping[Role, str] = role_sentences.DEFAULTS,
    guide_words: Mapping[GuideWords, str] = role_sentences.GUIDES,
) -> Run:
    """A run of `count` pictures with the same prompt, references and choices, and new seeds.

    `here` as in `again`. Raises InputError if `can_repeat` is False for the picture.
    """
    draft = again(picture, here)
    draft = replace(draft, count=count, seed=None, advanced=model.supported_choices(draft.advanced))
    # The prompt is what was sent, so braces in it are text.
    sent = replace(draft, prompt=prompt_variants.escaped(picture.prompt))
    return plan(sent, model, (picture.prompt,), sentences=sentences, guide_words=guide_words)


def again(picture: Picture, here: Draft | None = None) -> Draft:
    """The draft of a picture, for the composer.

    An imported picture has no known model: it gets provider and model of `here`. Raises InputError
    if `can_repeat` is False for the picture.
    """
    if not can_repeat(picture):
        raise InputError(
            _("This picture has no prompt"),
            _("Variations need a prompt. Edit the picture instead."),
        )
    references = tuple(
        Reference(
            sha256=parent.sha256,
            media_type="",
            role=parent.role,
            picture=parent.picture,
            name=parent.name,
            talk=_talk(picture, parent),
            sentence=parent.sentence,
        )
        for parent in picture.parents
        if parent.role is not Role.ANSWER
        and (picture.markup is None or parent.role is not Role.MASK)
    )
    usual = MATCH if references else "1:1"
    return Draft(
        # A prompt that was sent, or read from a file, is text: its braces are no alternatives.
        prompt=picture.source_prompt or prompt_variants.escaped(picture.prompt),
        references=references,
        profile=picture.profile or (here.profile if here else ""),
        model=picture.model if picture.profile or here is None else here.model,
        aspect=picture.asked_aspect or usual,
        size=picture.asked_size or "1K",
        seed=picture.seed,
        advanced=picture.advanced or Advanced(),
        markup=picture.markup or Markup(),
    )


def words_only(picture: Picture, here: Draft | None = None) -> Draft:
    """The draft of a picture with its marks described in the prompt instead of drawn.

    `here` as in `again`. Raises InputError for a picture that was made without marks.
    """
    if picture.markup is None or not picture.markup.sent_marks:
        raise InputError(_("This picture was not made with marks"))
    draft = again(picture, here)
    told = [" ".join(one.sentence.split()) for _number, one in picture.markup.sent_marks]
    words = "\n".join(f"- {prompt_variants.escaped(sentence)}" for sentence in told)
    prompt = "\n\n".join(part for part in (words, draft.prompt) if part)
    return replace(draft, prompt=prompt, markup=replace(draft.markup, marks=()))


def draft_of(request: GenerationRequest) -> Draft:
    """The draft of a request, for "Edit prompt" of a failed picture.

    It has the expanded prompt, because the other pictures of the run may exist already.
    """
    usual = MATCH if request.references else "1:1"
    return Draft(
        prompt=request.prompt,
        references=without_guides(request),
        profile=request.profile,
        model=request.model,
        aspect=str(request.aspect) if request.aspect is not None else usual,
        size=request.size or "1K",
        seed=request.seed,
        advanced=request.advanced,
        markup=request.markup or Markup(),
    )


def without_guides(request: GenerationRequest) -> tuple[Reference, ...]:
    """References as the user chose them, without those drawn from the markup."""
    if request.markup is None:
        return request.references
    return tuple(one for one in request.references if one.role is not Role.MASK)


def _talk(picture: Picture, parent: Parent) -> ConversationOrigin | None:
    """The conversation that `picture` continued, if it was about this parent."""
    kept = picture.conversation
    about_it = kept is not None and kept.after is not None and parent.picture == kept.after
    if kept is None or not about_it or parent.role is not Role.EDIT:
        return None
    return ConversationOrigin(profile=picture.profile, model=picture.model, turns=kept.turns - 1)


def _check(draft: Draft, model: Model, texts: tuple[str, ...]) -> None:
    if not draft.references and not all(text.strip() for text in texts or ("",)):
        raise InputError(_("Write a prompt first"), _("A prompt or a picture is needed."))
    if not texts:
        raise InputError(_("Write a prompt first"))
    longest = max(len(text) for text in texts)
    if longest > model.prompt_limit:
        raise InputError(
            _("The prompt is too long"),
            ngettext(
                "It has {length} character; {model} accepts {limit}.",
                "It has {length} characters; {model} accepts {limit}.",
                longest,
            ).format(
                length=i18n.number(longest),
                model=model.name_in_text,
                limit=i18n.number(model.prompt_limit),
            ),
        )
    if draft.count < 1:
        raise InputError(_("The count must be at least 1"))
    number = draft.count * len(texts) * draft.versions
    if number > prompt_variants.MOST:
        raise InputError(
            _("Too many pictures at once"),
            ngettext(
                "This would make {number} picture; the limit per run is {most}.",
                "This would make {number} pictures; the limit per run is {most}.",
                number,
            ).format(number=i18n.number(number), most=i18n.number(prompt_variants.MOST)),
            hint=_("Choose fewer pictures or variants."),
        )
    if draft.seed is not None and not 0 <= draft.seed <= MOST_SEED - (draft.count - 1):
        raise InputError(
            _("The seed is out of range"),
            _("A seed is a whole number from 0 to {most}.").format(most=MOST_SEED),
        )
    _check_markup(draft)
    check_references(_pictures_sent(draft, model), model)


def _pictures_sent(draft: Draft, model: Model) -> int:
    """Maximum number of pictures in one request."""
    return max(len(one) for one in draft.sent_together) + marked_copies(draft, model)


def marked_copies(draft: Draft, model: Model) -> int:
    """Number of pictures sent in addition to the references of a draft: a marked copy, or none."""
    markup = draft.markup
    if not markup.sent or not draft.sources or model.references == 1 or not markup.send_clean:
        return 0
    return 0 if markup.frames and not markup.sent_marks else 1


def _check_markup(draft: Draft) -> None:
    markup = draft.markup
    if markup.frames and not markup.extensions and draft.sources:
        raise InputError(
            _("A frame inside the picture is a crop"),
            _("It is free, and nothing is sent."),
        )
    if not markup.sent or not draft.sources:
        return
    if len(draft.sources) > 1:
        raise InputError(
            _("Marks are for one picture"),
            _("Several pictures are edited, and the marks are drawn on one of them."),
            hint=_("Remove the other pictures, or the marks."),
        )
    if markup.region is not None and markup.region.empty:
        raise InputError(_("Paint a region first"), _("No part of the picture is marked."))
    if markup.region is not None and markup.frames:
        raise InputError(
            _("A region and a new frame cannot be sent together"),
            hint=_("Remove one of them."),
        )
    if not drawn.is_valid(markup):
        # A record with such a markup could not be read again.
        raise InputError(
            _("The new frame is too large") if markup.frames else _("Too many marks or strokes"),
            hint=_("Choose a smaller one.") if markup.frames else _("Remove some of the marks."),
        )


def check_references(number: int, model: Model) -> None:
    """Raise InputError for more references than a model supports, if that is enforced."""
    if number > model.references and not model.advisory:
        raise InputError(
            _("Too many reference pictures"),
            ngettext(
                "{model} accepts {limit} picture with a prompt.",
                "{model} accepts {limit} pictures with a prompt.",
                model.references,
            ).format(model=model.name_in_text, limit=i18n.number(model.references)),
            hint=_("None were added. Remove some, or choose another model."),
        )


def _advanced(draft: Draft, model: Model) -> Advanced:
    """The choices as they are sent. Raises InputError for an unsupported one."""
    wanted = replace(
        draft.advanced,
        system=_sound(draft.advanced.system).strip(),
        thinking=thinking_level(draft.advanced.thinking),
        image_search=draft.advanced.search and draft.advanced.image_search,
        detail=detail_level(draft.advanced.detail),
    )
    if wanted.temperature is not None and not 0 <= wanted.temperature <= MOST_TEMPERATURE:
        raise InputError(
            _("The temperature is out of range"),
            _("It is a number from 0 to {most}.").format(most=i18n.number(MOST_TEMPERATURE)),
        )
    missing = left_out(draft, model)
    wanted = replace(
        wanted,
        temperature=None if fields.TEMPERATURE in missing else wanted.temperature,
        thinking="" if fields.THINKING in missing else wanted.thinking,
        search=wanted.search and fields.SEARCH not in missing,
        image_search=wanted.image_search and fields.IMAGE_SEARCH not in missing,
        detail="" if fields.DETAIL in missing else wanted.detail,
        safety=() if fields.SAFETY in missing else wanted.safety,
    )
    supported = model.supported_choices(wanted)
    if supported == wanted:
        return wanted
    levels = {
        "thinking": (_("{model} does not support thinking level {level}"), model.thinking),
        "detail": (_("{model} does not support reference detail {level}"), model.media_resolution),
    }
    for name, (title, offered) in levels.items():
        level = getattr(wanted, name)
        if offered and getattr(supported, name) != level:
            raise InputError(
                title.format(model=model.name_in_text, level=level[:40]),
                _("Available: {levels}.").format(levels=listed(offered)),
                hint=_("Choose one of these, or another model."),
            )
    says = {
        "system": _("{model} does not support a system instruction"),
        "temperature": _("{model} does not support a temperature"),
        "thinking": _("{model} does not support thinking levels"),
        "search": _("{model} does not support web search"),
        "image_search": _("{model} does not support image search"),
        "detail": _("{model} does not support levels of reference detail"),
        "safety": _("{model} does not support safety settings"),
    }
    name = next(name for name in says if getattr(supported, name) != getattr(wanted, name))
    raise InputError(
        says[name].format(model=model.name_in_text),
        hint=_("Remove it, or choose another model."),
    )


def _aspect(draft: Draft, model: Model) -> AspectRatio | None:
    text = draft.aspect.strip()
    if text in ("", MATCH) or not model.aspects:
        return None
    try:
        aspect = AspectRatio.parse(text)
    except ValueError as error:
        raise InputError(
            _("{aspect} is not an aspect ratio").format(aspect=text[:40]),
            hint=_("Write it as width and height, such as 16:9."),
        ) from error
    if str(aspect) not in model.aspects and not model.advisory:
        raise InputError(
            _("{model} does not support {aspect}").format(model=model.name_in_text, aspect=aspect),
            _("Supported: {known}.").format(known=listed(model.aspects)),
            hint=_("Choose one of these, or another model."),
        )
    return aspect


def _size(draft: Draft, model: Model) -> str | None:
    """The tier, in capitals; anything else stays as the user spelled it."""
    text = draft.size.strip()
    if not text:
        return None
    tier = text.upper()
    if tier not in TIERS:
        if not re.fullmatch(r"[\w.:×-]{1,40}", text):
            # Translators: {size} is what the user wrote.
            raise InputError(_("{size} is not a size").format(size=text[:40]))
        return text
    if tier not in model.sizes and not model.advisory:
        raise InputError(
            # Translators: {size} is a size such as 2K.
            _("{model} does not support {size}").format(model=model.name_in_text, size=tier),
            _("Supported: {known}.").format(known=listed(model.sizes)),
            hint=_("Choose one of these, or another model."),
        )
    # Models with a single size are sent none.
    return tier if tier in model.sizes or model.sends_size else model.usual_size


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _names(source: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Names of prompts by their alternatives, else by the start of the prompt."""
    made = prompt_variants.variants(source) if prompt_variants.count(source) == len(texts) else ()
    apart = tuple(one.words for one in made) if tuple(v.prompt for v in made) == texts else ()
    names = apart or ("",) * len(texts)
    return tuple(
        short_name(name, words=8) or short_name(text)
        for name, text in zip(names, texts, strict=True)
    )
