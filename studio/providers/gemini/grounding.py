"""Reader for the searches that a model made for a picture: queries, pages, search links.

The service requires its search links to be shown and sends them as an HTML fragment. Only the links
and their texts are kept; the fragment itself is never displayed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from studio.domain.entities import Grounding, GroundingSource
from studio.providers.base import SpilledString
from studio.providers.gemini import fields

MOST = 50
"""Limit of sources, queries and searches kept from one response."""

_QUERIES = ("webSearchQueries", "imageSearchQueries")
"""Search queries of each kind; the price counts the kinds separately."""

_LONGEST_ADDRESS = 4096
_LONGEST_TITLE = 200
_LONGEST_PAGE = 256 * 1024
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "svg"})


def read(value: Any, body: Path) -> Grounding | None:
    """Searches of the candidates of a response; None if there are none. Blocking.

    `body` is the file of the response.
    """
    queries: dict[str, set[str]] = {name: set() for name in _QUERIES}
    shown: dict[str, dict[str, None]] = {name: {} for name in _QUERIES}
    sources: dict[str, GroundingSource] = {}
    searches: dict[str, GroundingSource] = {}
    for candidate in fields.items(value, "candidates"):
        told = fields.get(candidate, "groundingMetadata")
        for name in _QUERIES:
            for words in _texts(fields.get(told, name), body):
                # Two long queries may be equal after they are shortened.
                queries[name].add(words)
                shown[name][words[:_LONGEST_TITLE]] = None
        for one in _pages(fields.items(told, "groundingChunks")):
            sources.setdefault(one.url, one)
        entry = fields.get(told, "searchEntryPoint")
        for one in links(_text(fields.get(entry, "renderedContent"), body)):
            searches.setdefault(one.url, one)
    billed = sum(map(len, queries.values()))
    if not (billed or sources or searches):
        return None
    web, images = (shown[name] for name in _QUERIES)
    return Grounding(
        queries=tuple({**web, **images})[:MOST],
        sources=tuple(sources.values())[:MOST],
        searches=tuple(searches.values())[:MOST],
        image_queries=tuple(images)[:MOST],
        billed=billed,
    )


def links(page: str) -> tuple[GroundingSource, ...]:
    """The https links of an HTML fragment, with their texts."""
    reader = _Links()
    reader.feed(page)
    reader.close()
    return tuple(reader.found[:MOST])


def _texts(value: Any, body: Path) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if words := _one_line(_text(one, body)):
            yield words


def _pages(chunks: list[Any]) -> Iterator[GroundingSource]:
    for chunk in chunks:
        for kind in ("web", "image", "retrievedContext", "maps"):
            page = fields.get(chunk, kind)
            names = ("sourceUri", "uri", "imageUri")
            address = next(filter(None, (fields.text(page, one) for one in names)), "")
            if (url := _safe(address)) is not None:
                yield GroundingSource(
                    url, _words(fields.text(page, "title") or fields.text(page, "domain"))
                )
                break


def _safe(address: str) -> str | None:
    """The address if it is safe to open; None for anything but https."""
    text = address.strip()
    if not text.lower().startswith("https://") or len(text) > _LONGEST_ADDRESS:
        return None
    return None if any(one <= " " or one in "<>\"'\\`" for one in text) else fields.sound(text)


def _words(text: str) -> str:
    return _one_line(text)[:_LONGEST_TITLE]


def _one_line(text: str) -> str:
    plain = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(fields.sound(plain).split())


def _text(value: Any, body: Path) -> str:
    """The text, read from the response's file if it is too long for the scan."""
    if isinstance(value, str):
        return value
    if not isinstance(value, SpilledString) or value.end - value.start > _LONGEST_PAGE:
        return ""
    try:
        with body.open("rb") as file:
            file.seek(value.start)
            raw = file.read(value.end - value.start)
        return str(json.loads(b'"' + raw + b'"', strict=False))
    except (OSError, ValueError):
        return ""


class _Links(HTMLParser):
    """Collects links and their texts; ignores everything else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[GroundingSource] = []
        self._hidden = 0
        self._url: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._hidden += 1
        elif tag == "a":
            self._end()
            self._url = _safe(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a":
            self._end()

    def handle_data(self, data: str) -> None:
        if self._url is not None and not self._hidden:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        words = _words(" ".join(self._text))
        if self._url is not None and words:
            self.found.append(GroundingSource(self._url, words))
        self._url = None
        self._text = []
