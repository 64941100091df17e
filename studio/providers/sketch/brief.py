"""Brief of a painting, and the meaning of the words in its prompt."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from studio.providers.sketch import vocabulary
from studio.providers.sketch.sizes import Size

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# Number of characters of a prompt that are read.
_READ = 12_000


@dataclass(frozen=True, slots=True)
class SketchInput:
    """One encoded reference picture.

    Attributes:
        role: "edit" (its composition stays), "palette" (only its colours are used), "subject",
            "style", "composition", "mask", "marked" (shows where to change the edited picture),
            "padded" (edited, with borders to paint), or one that is not used.
    """

    data: bytes = field(repr=False)
    role: str = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptReading:
    """Meaning of a prompt's words; empty if they name nothing.

    Attributes:
        motif: name of a motif.
        light: name of a palette; weather: "fog", "snow" or "storm".
        hue: degrees of the colour that tints the picture.
        sun_hue, accent_hue: hues of single objects ("red sun").
        manner: "muted", "vivid", "pastel", "dark" or "grey".
        extras: small objects to add.
        variants: words that choose between kinds of the same motif, in reading order.
    """

    motif: str = ""
    light: str = ""
    weather: str = ""
    hue: float | None = None
    sun_hue: float | None = None
    accent_hue: float | None = None
    manner: str = ""
    extras: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    @property
    def says_colours(self) -> bool:
        """Whether the prompt names any light, weather or colour."""
        return bool(self.light or self.weather or self.hue is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Everything the bytes of a sketch depend on.

    Attributes:
        seed: 31 bits.
        wants_picture: False if only text is requested.
        words: number of characters of all text, including that outside the prompt.
        marks: sentences about the marks of the edited picture.
        fault: fault to simulate, by the name of its model; "" for none.
    """

    prompt: str
    size: Size
    seed: int
    inputs: tuple[SketchInput, ...] = ()
    wants_picture: bool = True
    words: int = 0
    marks: tuple[str, ...] = ()
    fault: str = ""

    @property
    def edited(self) -> SketchInput | None:
        """The picture being edited: the last one with the role "edit" or "padded"; else None."""
        return next((i for i in reversed(self.inputs) if i.role in ("edit", "padded")), None)

    def with_role(self, role: str) -> SketchInput | None:
        """The first picture with a role; None if there is none."""
        return next((i for i in self.inputs if i.role == role), None)


def read_prompt(prompt: str) -> PromptReading:
    """The motif, light, weather and colours that the words of a prompt name."""
    text = prompt[:_READ].casefold()
    words = _WORD.findall(text)
    # Phrases of three words first, then two, then one, so that "blue hour" wins over "blue".
    phrases = [
        " ".join(words[k : k + length])
        for k in range(len(words))
        for length in (3, 2, 1)
        if k + length <= len(words)
    ]

    def named(table: dict[str, str]) -> tuple[str, ...]:
        found = [table[phrase] for phrase in phrases if phrase in table]
        found += [name for word, name in table.items() if not word.isascii() and word in text]
        return tuple(dict.fromkeys(found))

    motifs, lights = named(vocabulary.MOTIFS), named(vocabulary.LIGHTS)
    hue, sun_hue, accent_hue = _hues(words, text)
    return PromptReading(
        motif=next((name for name in vocabulary.MOTIF_ORDER if name in motifs), ""),
        light=next((name for name in vocabulary.LIGHT_ORDER if name in lights), ""),
        weather=next(iter(named(vocabulary.WEATHERS)), ""),
        hue=hue,
        sun_hue=sun_hue,
        accent_hue=accent_hue,
        manner=next(iter(named(vocabulary.MANNERS)), ""),
        extras=named(vocabulary.EXTRAS),
        variants=named(vocabulary.VARIANTS),
    )


def chosen_motif(prompt: str) -> str:
    """A motif for a prompt that names none, always the same for the same prompt."""
    number = int(fingerprint(prompt), 16)
    return vocabulary.MOTIF_ORDER[number % len(vocabulary.MOTIF_ORDER)]


def fingerprint(prompt: str) -> str:
    """Digest of a prompt in sixteen hex digits."""
    # JSON may contain unpaired surrogates, which cannot be encoded.
    text = prompt.strip().casefold().encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:16]


def _hues(words: list[str], text: str) -> tuple[float | None, float | None, float | None]:
    whole: float | None = None
    sun: float | None = None
    accent: float | None = None
    for word, following in zip(words, [*words[1:], ""], strict=False):
        hue = vocabulary.HUES.get(word)
        if hue is None or f"{word} {following}" in vocabulary.LIGHTS:
            continue
        if following in vocabulary.SUN_WORDS:
            sun = hue
        elif following in vocabulary.ACCENT_WORDS:
            accent = hue
        elif whole is None:
            whole = hue
    if whole is None:
        foreign = (
            hue for word, hue in vocabulary.HUES.items() if not word.isascii() and word in text
        )
        whole = next(foreign, None)
    return whole, sun, accent
