"""Metadata of exported copies: the facts of a picture as XMP and as text chunks of a PNG.

Never written: keys, folders, the user's extra fields of a request, and ids of the service.
"""

from __future__ import annotations

import datetime as dt
import email.utils
from typing import Any

from studio.common import json_reader
from studio.domain.entities import Picture, Role
from studio.domain.export import ExportFormat, ExportMetadata
from studio.imaging.exporter import ExportTexts
from studio.library.metadata import xmp_writer

_MOST_XMP = 65_000
"""Limit in bytes of a packet that fits into one segment of a JPEG."""

_SHORTENED = 10_000
"""Length in characters to which a prompt too long for a JPEG is cut."""

_SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_PROGRAM = "Gridbrush"


def texts_for(picture: Picture, choice: ExportMetadata, kind: ExportFormat) -> ExportTexts | None:
    """The metadata of a copy; None for nothing.

    Metadata too long for a JPEG is shortened: first the facts for this program, then the prompt.
    """
    if choice is ExportMetadata.NOTHING:
        return None
    made = json_reader.encode(_facts(picture, choice)).decode()
    prompt = picture.prompt
    xmp = xmp_writer.packet(_properties(picture, choice, prompt, made))
    while kind is ExportFormat.JPEG and len(xmp.encode()) > _MOST_XMP and prompt:
        prompt = prompt[: min(_SHORTENED, len(prompt) // 2)]
        short = json_reader.encode({"prompt": prompt, "model": picture.model}).decode()
        xmp = xmp_writer.packet(_properties(picture, ExportMetadata.PROMPT, prompt, short))
    if kind is ExportFormat.JPEG and len(xmp.encode()) > _MOST_XMP:
        xmp = ""  # even without the prompt, because of a very long title
    return ExportTexts(xmp=xmp, texts=_png_texts(picture, made) if kind is ExportFormat.PNG else ())


def _properties(
    picture: Picture, choice: ExportMetadata, prompt: str, made: str
) -> list[tuple[str, str]]:
    date = _date(picture)
    found = [
        ("dc:title", xmp_writer.alternative(picture.title) if picture.title else ""),
        ("dc:description", xmp_writer.alternative(prompt) if prompt else ""),
        ("xmp:CreatorTool", xmp_writer.simple(_PROGRAM)),
        ("xmp:CreateDate", xmp_writer.simple(date)),
        ("photoshop:DateCreated", xmp_writer.simple(date)),
        ("Iptc4xmpExt:DigitalSourceType", xmp_writer.simple(_source_type(picture))),
        ("Iptc4xmpExt:AIPromptInformation", xmp_writer.simple(prompt)),
        ("Iptc4xmpExt:AISystemUsed", xmp_writer.simple(picture.model)),
        ("gridbrush:made", xmp_writer.simple(made)),
    ]
    if choice is ExportMetadata.EVERYTHING:
        found += [
            ("xmp:Rating", xmp_writer.simple(str(picture.rating))),
            ("dc:subject", xmp_writer.bag(picture.tags) if picture.tags else ""),
        ]
    return [(name, value) for name, value in found if value]


def _png_texts(picture: Picture, made: str) -> tuple[tuple[str, str], ...]:
    found = (
        ("Title", picture.title),
        ("Description", picture.prompt),
        ("Source", picture.model),
        ("Creation Time", email.utils.formatdate(picture.created) if _date(picture) else ""),
        ("Software", _PROGRAM),
        ("gridbrush", made),
    )
    return tuple((name, value.replace("\0", "")) for name, value in found if value)


def _date(picture: Picture) -> str:
    try:
        moment = dt.datetime.fromtimestamp(picture.created, dt.UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return ""  # a damaged record
    return moment.isoformat(timespec="seconds")


def _source_type(picture: Picture) -> str:
    """Digital source type of the picture, as a URI of IPTC's vocabulary; "" if unknown."""
    if picture.offline:
        return f"{_SOURCES}algorithmicMedia"
    if picture.derivation is not None:
        return f"{_SOURCES}compositeWithTrainedAlgorithmicMedia"
    return f"{_SOURCES}trainedAlgorithmicMedia" if picture.model and not picture.imported else ""


def _facts(picture: Picture, choice: ExportMetadata) -> dict[str, Any]:
    """The facts in this program's own format; see library/metadata/provenance.py."""
    facts: dict[str, Any] = {"prompt": picture.prompt, "model": picture.model}
    if choice is ExportMetadata.EVERYTHING:
        advanced = picture.advanced
        facts |= {
            "seed": picture.seed,
            "aspect": picture.asked_aspect,
            "size": picture.asked_size,
            "system": advanced.system if advanced else "",
            "temperature": advanced.temperature if advanced else None,
            "thinking": advanced.thinking if advanced else "",
            "id": picture.id,
            "sha256": picture.sha256,
            "created": picture.created,
            "title": picture.title,
            "source_prompt": picture.source_prompt,
            "delivered_model": picture.delivered_model,
            "provider": picture.profile,
            "seconds": picture.seconds,
            "cost_usd": picture.cost_usd,
            "cost_basis": picture.cost_basis,
            "rating": picture.rating,
            "flag": picture.flag,
            "tags": list(picture.tags),
            "note": picture.note,
            "words": picture.words,
            "settings": dict(picture.settings),
            "references": [
                {"role": one.role, "name": one.name, "picture": one.picture}
                for one in picture.parents
                if one.role is not Role.ANSWER
            ],
        }
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})} | {
        "prompt": picture.prompt
    }
