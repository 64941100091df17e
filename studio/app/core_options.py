"""Choices of whoever opens a core: the command line's options, and parts that cores share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from studio.imaging.comparer import Comparer
    from studio.imaging.decoder import Decoder
    from studio.imaging.exporter import ExportingProcess
    from studio.providers.http_routes import Painter


class CoreOptions(Struct, frozen=True, kw_only=True):
    """Command-line options, for this run only.

    Attributes:
        provider: profile to use; None for the one in the settings.
        base_url: another address for that profile.
        hold_for_key: jobs without a key wait for one (window) instead of failing (command line).
        anyway: open a library that another computer has not closed.
        newer_to_read: open a library written by a newer version read-only.
        trusted: the user trusts a library that was first opened elsewhere.
    """

    provider: str | None = None
    base_url: str | None = None
    hold_for_key: bool = True
    anyway: bool = False
    newer_to_read: bool = True
    trusted: bool = False


class SharedParts(Struct, frozen=True, kw_only=True):
    """Parts that several cores use in turn; their creator closes them.

    Attributes:
        painter: painter to use; None for the built-in one.
        decoder: decoder to share; None for one in each core.
        comparer: compares and composes pictures; None for one in each core.
        exporting: exporting processes to share; None for those of each core.
    """

    painter: Painter | None = None
    decoder: Decoder | None = None
    comparer: Comparer | None = None
    exporting: tuple[ExportingProcess, ...] | None = None
