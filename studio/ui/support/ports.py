"""Interfaces between controllers and dialogs, as small protocols.

They do not depend on widgets or controllers: `ui/app/window_parts.py` connects each port.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from studio.common.paths import Paths
from studio.config.key_status import KeyStatus
from studio.config.settings import SettingsStore
from studio.domain.drafts import Draft
from studio.domain.entities import Flag, Job, Picture, Reference
from studio.domain.events import EventBus, InfoPosted
from studio.domain.runs import Run
from studio.domain.spend import Outlay
from studio.domain.stacks import StackBy
from studio.library.query import Family, Query
from studio.ui.support.raster import RawPixels
from studio.ui.support.row_thumbnails import RowThumbnails

if TYPE_CHECKING:
    from studio.imaging.comparer import DifferenceMap
    from studio.ui.support.drag_and_drop import DraggedPicture


class ToastAction(Protocol):
    """Button of a toast."""

    def run(self) -> None:
        """Run the action."""


class Messages(Protocol):
    """Messages to the user: toasts, and the message bar for errors."""

    def show_message(self, sentence: str) -> None:
        """Show a toast about a completed action."""

    def on_said(self, sentence: str) -> None:
        """Show a toast about the change made last, with Undo."""

    def show_change(self, sentence: str, change: str) -> None:
        """Show a toast about a change (the id of its record), with Undo while it is the last."""

    def offer_action(
        self, sentence: str, label: str, callback: Callable[[], object]
    ) -> ToastAction:
        """Show a toast about a completed action, with a button; returns it for `withdraw`."""

    def withdraw(self, action: ToastAction) -> None:
        """Remove the button of a toast whose action no longer applies."""

    def on_news(self, news: InfoPosted) -> None:
        """Show a success message until the user closes it."""

    def on_problem(self, error: BaseException) -> None:
        """Show an error unrelated to any view."""

    def on_error(self, error: BaseException, about: str = "") -> None:
        """Show an error in the current view; `about` is a subject with one message at a time."""


class LargeView(Protocol):
    """A view of large pictures in place of the grid."""

    @property
    def row(self) -> int | None:
        """Index row of the picture that actions are for."""

    @property
    def picture(self) -> Picture | None:
        """Picture that actions are for; None until it is read."""

    def step(self, way: int) -> None:
        """Show the next (1) or previous (-1) picture."""

    def zoom_in(self) -> None:
        """Zoom in by one step."""

    def zoom_out(self) -> None:
        """Zoom out by one step."""

    def focus_view(self) -> None:
        """Give the picture keyboard focus."""


class Navigation(Protocol):
    """The views: grid, loupe, comparison, pick mode, tree."""

    @property
    def in_loupe(self) -> bool:
        """Whether the loupe is shown."""

    @property
    def large(self) -> LargeView | None:
        """The loupe, the comparison, pick mode or the tree; None for the grid."""

    @property
    def compared(self) -> Sequence[int]:
        """Index rows of the compared pictures, A first; empty in the other views."""

    def open_loupe(self, picture: Picture | None = None) -> None:
        """Show a picture in the loupe; None: the current one of the grid."""

    def open_compare(self) -> None:
        """Compare the selected pictures, or the only one with its neighbour."""

    def compare_these(self, rows: Sequence[int]) -> None:
        """Compare these pictures (index rows), at most four of them."""

    def open_tree(self) -> None:
        """Show the family of the selected picture."""

    def show_grid(self) -> None:
        """Return to the grid."""


class ShownPictures(Protocol):
    """The pictures shown."""

    @property
    def query(self) -> Query:
        """Current query."""

    @property
    def order(self) -> array[int]:
        """Index rows of the pictures, in the order of the grid."""

    @property
    def place(self) -> str:
        """Name of the open shelf, or id of the open collection."""

    @property
    def stack_by(self) -> StackBy:
        """Grouping of the pictures into stacks."""

    @property
    def shown(self) -> int | None:
        """Number of the pictures; None while it is not known."""

    def follow_stacks(self) -> None:
        """Stack the pictures by the setting for the open place."""

    def show(self, **changes: Any) -> None:
        """Change the query: shelf, search, order (fields of Query)."""

    async def settled(self) -> None:
        """Wait until the requested rows are shown."""


class SelectionSource(Protocol):
    """The current selection."""

    async def pictures(self, limit: int | None = None) -> list[Picture]:
        """Selected pictures, in order."""

    async def pair(self) -> tuple[Picture, Picture] | None:
        """The two selected or compared pictures, the first selected one first; else None."""

    async def ids(self) -> list[str]:
        """Ids of the selected pictures, without a limit."""

    def rows(self) -> Sequence[int]:
        """Index rows of the selected pictures at this moment."""

    async def all_flagged(self, flag: Flag, rows: Sequence[int] | None = None) -> bool:
        """Whether every picture of these rows has this flag; None for the selected ones."""

    def closed_stacks(self) -> tuple[int, int]:
        """Number of closed stacks selected, and of the pictures in them."""

    def stack_rows(self) -> Sequence[int]:
        """Index rows of the stack if its tile is the only selected one; else empty."""

    def is_only(self, ids: Sequence[str]) -> bool:
        """Whether these are a single picture, and it is the only selected one."""

    def advance(self) -> None:
        """Select the next picture if exactly one is selected."""

    def jobs(self) -> tuple[Job, ...]:
        """Selected jobs."""

    async def meant(self, ids: Sequence[str]) -> list[str]:
        """Ids to act on for a panel that lists `ids`: the whole selection, if it is larger."""

    def before_removal(self) -> None:
        """Select a neighbour of the selected pictures, which are about to leave the view."""


class PictureChanges(Protocol):
    """Undoable changes of pictures."""

    def flag_these(self, ids: Sequence[str], flag: Flag) -> None:
        """Set the flag of these pictures."""

    def trash_these(self, ids: Sequence[str]) -> None:
        """Move these pictures to the trash."""

    def restore(self) -> None:
        """Restore the selected pictures from the trash."""

    def restore_these(self, ids: Sequence[str]) -> None:
        """Restore these pictures from the trash."""

    def undo(self, change: str = "") -> None:
        """Undo the last change; with `change`, only if that is its id."""

    def redo(self) -> None:
        """Redo the last undone change."""

    def copy(self) -> None:
        """Copy the selected pictures."""

    def show_this(self, picture: Picture) -> None:
        """Show the original of a picture in the file manager."""


class OutgoingFiles(Protocol):
    """Files that leave the window."""

    async def files(self, pictures: Sequence[Picture]) -> list[DraggedPicture]:
        """Files for the clipboard, made by the recipe. Raises StudioError."""

    async def originals(self, pictures: Sequence[Picture]) -> list[DraggedPicture]:
        """Original files of these pictures. Raises StudioError."""


class JobOffers(Protocol):
    """Actions for a job."""

    def offers(self, job: Job) -> list[tuple[str, str]]:
        """Names for `run_tile_action` and their labels."""

    def run_tile_action(self, name: str, job: Job) -> bool:
        """Run an action; False for actions of other controllers."""


class VariationPlans(Protocol):
    """Runs that vary a picture."""

    def variations(self, picture: Picture, here: Draft | None = None) -> Run:
        """Run with variations of a picture. Raises InputError."""


class SpendingLimit(Protocol):
    """The month's budget."""

    def question(self, usd: float | None) -> str:
        """Question to ask before spending this many US dollars more; empty within the budget."""

    def asks(self, run: Run) -> bool:
        """Whether a run exceeds the limit and needs confirmation."""

    def send(self, run: Run) -> None:
        """Queue a run, or ask first."""


class QueueSource(Protocol):
    """Facts about the queue other than its jobs."""

    @property
    def thumbnails(self) -> RowThumbnails:
        """Thumbnails of the jobs' sources."""

    def usual_seconds(self, model: str, size: str | None) -> float | None:
        """Measured seconds of a model and size; None for too few measurements."""

    def slots(self, profile: str) -> int:
        """Concurrent requests of a profile."""


class CredentialsProtocol(Protocol):
    """The keys of the profiles."""

    def status(self, profile: str) -> KeyStatus: ...
    async def store(self, profile: str, key: str) -> KeyStatus: ...
    async def unlock(self, profile: str) -> KeyStatus: ...
    async def delete_key(self, profile: str) -> None: ...


class CoreProtocol(Protocol):
    """The core: settings, keys and paths."""

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


class OutlaysProtocol(Protocol):
    """Money spent, as read by panels."""

    async def run_outlay(self, run: str) -> Outlay: ...


class LibraryProtocol(Protocol):
    """The library, as used by picture views."""

    @property
    def choosing(self) -> OutlaysProtocol: ...

    async def pictures(self, rows: Sequence[int]) -> list[Picture]: ...
    async def find(self, ids: Sequence[str]) -> list[Picture]: ...
    async def family(self, id: str) -> Family: ...
    async def thumbnail(self, picture: Picture, edge: int) -> bytes: ...
    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None: ...
    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes: ...
    def path(self, picture: Picture) -> Path: ...
    def doubt(self, picture: Picture) -> None: ...


class ScreenPixelsProtocol(Protocol):
    """Decoded pixels, in the colours of a monitor if `converted`, else sRGB."""

    @property
    def pixels(self) -> RawPixels: ...
    @property
    def converted(self) -> bool: ...


class DecoderProtocol(Protocol):
    """The decoder, as used by picture views."""

    async def pixels(self, path: Path, *, edge: int | None = None) -> RawPixels: ...
    async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]: ...


class ScreenDecoderProtocol(Protocol):
    """The decoder, as used by the loupe."""

    async def pixels(self, path: Path, *, edge: int | None = None) -> RawPixels: ...
    async def screen_pixels(self, path: Path, profile: bytes) -> ScreenPixelsProtocol: ...


class ComparerProtocol(Protocol):
    """The comparing process, as used by comparisons."""

    async def difference(
        self, first: Path, second: Path, *, edge: int | None = 2048
    ) -> DifferenceMap: ...


class PictureSource(Protocol):
    """Source of pictures by index row; missing ones are left out."""

    async def pictures(self, rows: Sequence[int]) -> list[Picture]: ...
