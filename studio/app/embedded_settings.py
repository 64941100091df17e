"""Prompt and settings of a picture dropped from outside, read from its record or its file."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace

from studio.domain import prompt_variants, runs
from studio.domain.aspect_ratios import NAMED, nearest_aspect
from studio.domain.drafts import Draft
from studio.domain.entities import Advanced, Picture, Reference, Role
from studio.domain.markup import Markup
from studio.domain.models import TIERS
from studio.domain.runs import MOST_SEED
from studio.library.facade import Library
from studio.library.files.originals import is_id
from studio.library.metadata import provenance
from studio.library.metadata.provenance import Provenance

_OWN = "Gridbrush"
_USED = frozenset({"aspect", "size", "system", "temperature", "thinking"})
"""Settings in this program's files that a draft has as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    """Prompt and settings of a picture.

    Attributes:
        tool: the program that made it; "" if the description names none.
        text: the prompt as plain text, without escapes of its braces.
        picture: the same picture in the library, or the one it was copied from; None for neither.
        advanced: advanced choices; only files of this program have them.
        left_out: names of settings that this program does not have.
    """

    tool: str
    text: str
    prompt: str
    model: str = ""
    aspect: str = ""
    size: str = ""
    seed: int | None = None
    advanced: Advanced = field(default_factory=Advanced)
    left_out: tuple[str, ...] = ()
    picture: Picture | None = None

    def draft(self, here: Draft, dropped: Reference, profile: str) -> Draft:
        """The draft `here` with this prompt and these settings.

        Args:
            here: current draft; its references stay if those of the picture are not known.
            dropped: the reference that was made of the picture; it is left out.
            profile: a provider that has the model; "" for none, which keeps the draft's model.
        """
        rest = tuple(one for one in here.references if one.sha256 != dropped.sha256)
        if self.picture is not None:
            made = runs.again(self.picture, here)
            return replace(made, references=made.references or rest, count=here.count)
        edited = any(one.role is Role.EDIT for one in rest)
        return replace(
            here,
            prompt=self.prompt,
            references=rest,
            profile=profile or here.profile,
            model=self.model if profile else here.model,
            aspect=self.aspect or here.aspect,
            size=self.size or here.size,
            seed=self.seed,
            advanced=self.advanced if self.tool == _OWN else here.advanced,
            markup=here.markup if edited else Markup(),
        )


async def read(library: Library, reference: Reference) -> EmbeddedSettings | None:
    """Prompt and settings of a reference from outside; None if it has none.

    Raises StorageError, PictureUnreadable.
    """
    known = await library.query_index(lambda index: index.state.known([reference.sha256]))
    if (found := await _of_library(library, known.get(reference.sha256, ""))) is not None:
        return found
    path = await asyncio.to_thread(library.input_path, reference)
    facts, texts = await library.decoder.describe(path)
    made = await asyncio.to_thread(provenance.read, texts)
    copied = await _of_library(library, made.picture, prompt=made.prompt)
    return copied or settings_of(made, facts.width, facts.height)


async def _of_library(
    library: Library, id: str, *, prompt: str | None = None
) -> EmbeddedSettings | None:
    """The settings of the library picture with this id; None if its prompt is not `prompt`."""
    if not is_id(id):
        return None
    pictures = await library.find([id])
    if not pictures or not runs.can_repeat(pictures[0]):
        return None
    picture = pictures[0]
    if prompt is not None and picture.prompt != prompt:
        # Anybody can write an id into a file.
        return None
    return EmbeddedSettings(
        tool=_OWN,
        text=picture.source_prompt or picture.prompt,
        prompt=runs.again(picture).prompt,
        model=picture.model,
        picture=picture,
    )


def settings_of(made: Provenance, width: int, height: int) -> EmbeddedSettings | None:
    """Settings for a draft from a file's metadata; None without a prompt.

    Without an aspect ratio in the file, `width` and `height` (pixels) determine it.
    """
    if not made.prompt.strip():
        return None
    own = dict(made.settings) if made.tool == _OWN else {}
    used = _USED if made.tool == _OWN else frozenset[str]()
    seed = made.seed if made.seed is not None and 0 <= made.seed <= MOST_SEED else None
    size = own.get("size", "").upper()
    return EmbeddedSettings(
        tool=made.tool,
        text=made.prompt,
        # Braces are text in other programs, and in a prompt that was sent.
        prompt=prompt_variants.escaped(made.prompt),
        model=made.model,
        aspect=_aspect(own.get("aspect", ""), width, height),
        size=size if size in TIERS else "",
        seed=seed,
        advanced=Advanced(
            system=own.get("system", ""),
            temperature=_temperature(own.get("temperature", "")),
            thinking=own.get("thinking", ""),
        ),
        left_out=tuple(name for name, _value in made.settings if name not in used),
    )


def _aspect(written: str, width: int, height: int) -> str:
    names = [str(one) for one in NAMED]
    if written in names:
        return written
    if width <= 0 or height <= 0:
        return ""
    return nearest_aspect(width / height, names)


def _temperature(text: str) -> float | None:
    with contextlib.suppress(ValueError):
        if 0 <= (value := float(text)) <= runs.MOST_TEMPERATURE:
            return value
    return None
