"""What controllers and dialogs ask of each other, as small protocols.

Nothing here knows a widget or a controller: `ui/app/window_parts.py` says who serves each port.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from studio.common.paths import Paths
from studio.config.key_status import KeyStatus
from studio.config.settings import SettingsStore
from studio.domain.drafts import Draft
from studio.domain.entities import Flag, Job, Picture, Reference
from studio.domain.events import EventBus, InfoPosted
from studio.domain.runs import Run
from studio.library.query import Family, Query
from studio.ui.support import tasks
from studio.ui.support.raster import RawPixels


class Messages(Protocol):
    """Sentences for the user: toasts, and the message bar for what went wrong."""

    def show_message(self, sentence: str) -> None:
        """Say what was done."""

    def on_said(self, sentence: str) -> None:
        """Say what was done, and offer to undo it."""

    def offer_action(self, sentence: str, label: str, callback: Callable[[], object]) -> None:
        """Say what was done, with a button."""

    def on_news(self, news: InfoPosted) -> None:
        """Say something good until the user closes it."""

    def on_error(self, error: BaseException, about: str = "") -> None:
        """Say what went wrong; `about` names a subject that has one sentence at a time."""


class Navigation(Protocol):
    """Grid and loupe."""

    @property
    def in_loupe(self) -> bool:
        """Whether the loupe is shown instead of the grid."""

    def open_loupe(self, picture: Picture | None = None) -> None:
        """Show a picture in the loupe: this one, or the current of the grid."""

    def close_loupe(self) -> None:
        """Back to the grid."""


class ShownPictures(Protocol):
    """The pictures on show."""

    @property
    def query(self) -> Query:
        """What is shown."""

    @property
    def order(self) -> array[int]:
        """Index rows of the pictures in the grid, as they stand there."""

    def show(self, **changes: Any) -> None:
        """Show another shelf, other words, another order (fields of Query)."""

    async def settled(self) -> None:
        """Wait until the rows that are asked for are shown."""


class SelectionSource(Protocol):
    """What the user has chosen."""

    async def pictures(self, limit: int | None = None) -> list[Picture]:
        """The chosen pictures, in order."""

    async def ids(self) -> list[str]:
        """The ids of the chosen pictures, however many they are."""

    async def all_flagged(self, flag: Flag) -> bool:
        """Whether every chosen picture has this mark."""

    def jobs(self) -> tuple[Job, ...]:
        """The chosen jobs."""

    async def meant(self, ids: Sequence[str]) -> list[str]:
        """Whose ids are meant where a panel speaks of these, the first of what is chosen."""

    def before_removal(self) -> None:
        """They are about to leave the view: choose the neighbour."""


class PictureChanges(Protocol):
    """Changes of pictures that can be taken back."""

    def flag_these(self, ids: Sequence[str], flag: Flag) -> None:
        """Set the mark of these pictures."""

    def trash_these(self, ids: Sequence[str]) -> None:
        """Move these pictures to the trash."""

    def restore(self) -> None:
        """Bring the selected pictures back from the trash."""

    def restore_these(self, ids: Sequence[str]) -> None:
        """Bring these pictures back from the trash."""

    def undo(self) -> None:
        """Take the last change back."""

    def redo(self) -> None:
        """Do the last undone change again."""

    def copy(self) -> None:
        """Copy the selected pictures."""

    def show_this(self, picture: Picture) -> None:
        """Show the original of one picture in the file manager."""


class JobOffers(Protocol):
    """What can be done about a job."""

    def offers(self, job: Job) -> list[tuple[str, str]]:
        """Names for `run_tile_action` and their words."""

    def run_tile_action(self, name: str, job: Job) -> bool:
        """Do what was offered; False when this is not of its business."""


class VariationPlans(Protocol):
    """Runs that vary a picture."""

    def variations(self, picture: Picture, here: Draft | None = None) -> Run:
        """Variations of a picture. Raises InputError."""


class SpendingLimit(Protocol):
    """The month's budget."""

    def question(self, usd: float | None) -> str:
        """What to ask before so many US dollars more are spent; empty where they fit."""

    def asks(self, run: Run) -> bool:
        """Whether a run goes past the limit; then it waits for the answer."""

    def send(self, run: Run) -> None:
        """Queue a run, or ask first."""


class CredentialsProtocol(Protocol):
    """The keys of the profiles."""

    def status(self, profile: str) -> KeyStatus: ...
    async def store(self, profile: str, key: str) -> KeyStatus: ...
    async def unlock(self, profile: str) -> KeyStatus: ...
    async def delete_key(self, profile: str) -> None: ...


class CoreProtocol(Protocol):
    """The core: settings, keys, and where things lie."""

    @property
    def settings(self) -> SettingsStore: ...
    @property
    def events(self) -> EventBus: ...
    @property
    def keys(self) -> CredentialsProtocol: ...
    @property
    def paths(self) -> Paths: ...
    @property
    def library_folder(self) -> Path: ...
    async def test_key(self, name: str, key: str | None = None) -> str: ...


class LibraryProtocol(Protocol):
    """The library, as far as looking at pictures needs it."""

    async def pictures(self, rows: Sequence[int]) -> list[Picture]: ...
    async def find(self, ids: Sequence[str]) -> list[Picture]: ...
    async def family(self, id: str) -> Family: ...
    async def thumbnail(self, picture: Picture, edge: int) -> bytes: ...
    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None: ...
    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes: ...
    def path(self, picture: Picture) -> Path: ...
    def doubt(self, picture: Picture) -> None: ...


class DecoderProtocol(Protocol):
    """The decoder, as far as looking at pictures needs it."""

    async def pixels(self, path: Path, *, edge: int | None = None) -> RawPixels: ...
    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]: ...


def loop_runs() -> bool:
    """Whether anything can be asked for: Qt still paints when the loop has ended."""
    if tasks.held():
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
