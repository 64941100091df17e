"""Text of a few XMP properties, written as attributes or as elements.

A packet may be hostile or broken, so no XML parser is used: no declarations, entities or external
resources, each character is read once, and unclosed parts are skipped.
See ISO 16684-1, sections 6 and 7.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

_LONGEST: Final = 2_000_000
_TAGS: Final = 20_000
"""Limit of tags; editors write some hundreds."""

_SPACES: Final = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
"""Namespaces by their usual prefixes; a packet may have others."""

_WANTED: Final = {
    "dc:description": "Description",
    "dc:title": "Title",
    "exif:UserComment": "UserComment",
    "tiff:ImageDescription": "ImageDescription",
    "tiff:Make": "Make",
    "xmp:CreatorTool": "Software",
    "gridbrush:made": "gridbrush",
    "Iptc4xmpExt:AIPromptInformation": "AI prompt",
    "Iptc4xmpExt:AISystemUsed": "AI system",
}
_STEP: Final = re.compile(r"[<>\"']")
_NAME: Final = re.compile(r"/?\s*([\w.:-]+)")
_ATTRIBUTE: Final = re.compile(r"(?<![\w.:-])([\w.:-]{1,100})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def words(packet: str) -> dict[str, str]:
    """Texts of the known properties, by this program's names for texts in files."""
    packet = packet[:_LONGEST]
    found: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    open_: _Property | None = None
    for text, tag in islice(_tokens(packet), _TAGS):
        if open_ is not None:
            open_.add(text)
        name = _NAME.match(tag)
        if name is None:
            continue
        closing = tag.startswith("/")
        if not closing:
            for attribute, value in _attributes(tag[name.end() :]):
                if attribute.startswith("xmlns:"):
                    prefixes[attribute[6:]] = _SPACES.get(value, attribute[6:])
                elif (wanted := _WANTED.get(_usual(attribute, prefixes))) is not None:
                    found.setdefault(wanted, html.unescape(value).strip())
        usual = _usual(name[1], prefixes)
        if open_ is None:
            if not closing and not tag.endswith("/") and usual in _WANTED:
                open_ = _Property(usual)
        elif usual == open_.name and closing:
            found.setdefault(_WANTED[usual], open_.value)
            open_ = None
        elif usual in ("rdf:li", "rdf:value"):
            open_.item(tag, closing=closing)
    return {name: value for name, value in found.items() if value}


class _Property:
    """A property being read: its own text, and the texts of its items."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._own: list[str] = []
        self._items: list[tuple[bool, list[str]]] = []
        self._inside = False

    def add(self, text: str) -> None:
        (self._items[-1][1] if self._inside else self._own).append(text)

    def item(self, tag: str, *, closing: bool) -> None:
        self._inside = not closing and not tag.endswith("/")
        if self._inside:
            usual = any(
                name == "xml:lang" and value.lower() == "x-default"
                for name, value in _attributes(tag)
            )
            self._items.append((usual, []))

    @property
    def value(self) -> str:
        """The item in the default language, else the first one, else its own text."""
        items = sorted(self._items, key=lambda one: not one[0])
        return "".join(items[0][1] if items else self._own).strip()


def _usual(name: str, prefixes: dict[str, str]) -> str:
    prefix, _colon, rest = name.partition(":")
    return f"{prefixes.get(prefix, prefix)}:{rest}" if rest else name


def _attributes(tag: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(tag):
        yield match[1], match[2] if match[2] is not None else match[3]


def _tokens(packet: str) -> Iterator[tuple[str, str]]:
    """The text before each tag, and the tag without its brackets."""
    at = 0
    text = ""
    while (begin := packet.find("<", at)) >= 0:
        text += html.unescape(packet[at:begin])
        if packet.startswith("<![CDATA[", begin):
            end = packet.find("]]>", begin)
            text += packet[begin + 9 : end] if end >= 0 else ""
            at = end + 3 if end >= 0 else len(packet)
        elif packet.startswith("<!--", begin):
            end = packet.find("-->", begin + 4)
            at = end + 3 if end >= 0 else len(packet)
        else:
            end = _tag_end(packet, begin + 1)
            yield text, packet[begin + 1 : end]
            text = ""
            at = end + 1


def _tag_end(packet: str, at: int) -> int:
    """Index of a tag's closing bracket, outside quotes."""
    while (step := _STEP.search(packet, at)) is not None:
        if step[0] == ">":
            return step.start()
        if step[0] == "<":
            # An unclosed tag; the next one begins here.
            return step.start() - 1
        at = packet.find(step[0], step.end()) + 1
        if not at:
            break
    return len(packet)
