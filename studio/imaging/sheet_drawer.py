"""Client of the process that draws contact sheets; does not use Qt itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.common.errors import NotDecoded, PictureUnreadable, StudioError
from studio.common.i18n import _
from studio.domain.contact_sheet import SheetFormat
from studio.imaging.decoder import Decoder, Priority, worker_command
from studio.imaging.page_drawing import PageDrawing, packed


class SheetNotDrawn(StudioError):
    """The drawing process did not start, died, hung or had too little memory."""

    kind = "bug"


class _DrawingProcess(Decoder):
    processes = 1
    ends_cancelled = True


class SheetDrawer:
    """Draws the pages of one contact sheet, in order, in a process that it starts and ends.

    Attributes:
        missing: characters for which no font was found so far.
    """

    def __init__(
        self, command: Sequence[str] | None = None, *, limit: float = 180.0, idle: float = 600.0
    ) -> None:
        """The arguments are those of `Decoder`."""
        words = drawer_command() if command is None else command
        self._process = _DrawingProcess(words, limit=limit, idle=idle)
        self.missing = ""

    async def draw(
        self, kind: SheetFormat, drawing: PageDrawing, pictures: Sequence[bytes], logo: bytes = b""
    ) -> bytes:
        """A page as PNG, or the next bytes of a PDF. Raises SheetNotDrawn."""
        try:
            facts, data = await self._process.decode_job(
                Priority.LATER,
                job="page",
                path=Path(),
                body=packed(drawing, pictures, logo),
                kind=kind,
            )
        except PictureUnreadable as error:
            raise _not_drawn(error) from error
        self.missing = "".join(dict.fromkeys(self.missing + str(facts["missing"])))
        return data

    @property
    def pid(self) -> int | None:
        """Id of the process; None without one."""
        return self._process.pid

    async def close(self) -> None:
        """End the process."""
        await self._process.close()


def drawer_command() -> list[str]:
    """Command that starts a drawing process."""
    return [*worker_command(), "sheet"]


def _not_drawn(error: PictureUnreadable) -> SheetNotDrawn:
    hint = ""
    if isinstance(error, NotDecoded):
        hint = _("This needs the libraries of the Gridbrush window, but no display.")
    return SheetNotDrawn(
        _("The contact sheet could not be drawn"),
        _("A page could not be drawn. No picture was changed."),
        hint=hint,
        details=error.details,
    )
