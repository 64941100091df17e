"""Daily check for a newer version, if enabled.

A small file at the address in resources/updates.json is fetched; the request identifies neither the
user nor the version. The result is shown with a link; nothing is downloaded or installed. A build
without an address never checks.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from studio import __version__
from studio.common import json_reader, paths
from studio.common.errors import NetworkError, ServiceError, StudioError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.config.settings import SettingsStore

log = logging.getLogger(__name__)

_LONGEST = 64 * 1024
_NOTES = 300
"""Limit of the notes in characters; the linked page has the rest."""


@dataclass(frozen=True, slots=True)
class Update:
    """A newer version.

    Attributes:
        notes: one line about it, plain text; may be empty.
        link: page of the version; https, on the host of the feed.
    """

    version: str
    notes: str
    link: str


class FetchedReply(Protocol):
    """A reply to a fetched address."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


class Fetcher(Protocol):
    """HTTP client; implemented by `providers.transport.HttpClient`."""

    async def get_json(self, url: str, headers: dict[str, str], /) -> FetchedReply: ...


class _Feed(msgspec.Struct):
    version: str
    link: str
    notes: str = ""


def feed(resources: Path | None = None) -> str:
    """Address of the feed in the program's resources; blocking. Empty if there is none."""
    folder = resources or paths.resources()
    try:
        known = json_reader.plain(json_reader.read(folder / "updates.json"))
    except (OSError, NotUnderstood):
        return ""
    address = known.get("feed") if isinstance(known, dict) else ""
    return address if isinstance(address, str) else ""


async def check_for_update(
    client: Fetcher,
    settings: SettingsStore,
    address: str,
    *,
    today: str = "",
    version: str = __version__,
) -> Update | None:
    """Check once a day if enabled; None if there is no newer version to show.

    A missing connection or a broken feed is only logged.
    """
    today = today or time.strftime("%Y-%m-%d")
    chosen = settings.value
    if not (address and chosen.updates) or chosen.update_asked == today:
        return None
    settings.change(update_asked=today)
    try:
        answer = await client.get_json(address, {"accept": "application/json"})
        if answer.status != 200:
            raise ServiceError(str(answer.status))
        found = read(answer.body, address)
    except StudioError as error:
        log.info("Nobody said whether there is a newer version: %s", error)
        if isinstance(error, NetworkError):
            settings.change(update_asked=chosen.update_asked)  # the next start checks again
        return None
    newer = _order(found.version) > _order(version)
    return found if newer and found.version != chosen.update_seen else None


def read(body: bytes, address: str) -> Update:
    """Parse a feed. Raises ServiceError if it is invalid or links to another host."""
    try:
        if len(body) > _LONGEST:
            raise NotUnderstood("too long")
        said = json_reader.decode(body, _Feed)
    except NotUnderstood as error:
        raise ServiceError(_("The list of versions cannot be read"), str(error)) from error
    link, asked = urlsplit(said.link), urlsplit(address)
    safe = link.scheme == asked.scheme and link.netloc == asked.netloc
    if not safe or not re.fullmatch(r"\d{1,4}(\.\d{1,4}){1,3}", said.version):
        raise ServiceError(_("The list of versions cannot be read"), said.link[:200])
    words = " ".join("".join(c if c.isprintable() else " " for c in said.notes).split())
    return Update(said.version, words if len(words) <= _NOTES else f"{words[:_NOTES]}…", said.link)


def _order(version: str) -> tuple[int, ...]:
    """Sort key of versions; suffixes do not count."""
    numbers = [int(part) for part in re.findall(r"\d+", version.partition("-")[0])[:4]]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
