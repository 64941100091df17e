"""What can be done about a picture whose file is missing: point at it, or let it go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.common.errors import InputError
from studio.common.i18n import _, ngettext
from studio.domain.entities import Picture
from studio.library.operations import relink
from studio.ui.support import file_dialogs

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

_ABOUT = "locate"


async def locate(window: StudioWindow, picture: Picture) -> None:
    """Let the user point at the file of a picture. Raises StorageError."""
    title = _("Where is {name}?").format(name=picture.name)
    # It may have any name by now.
    dialog = file_dialogs.file_dialog(window, title, window.core.library.folder)
    dialog.selectFile(Path(picture.path).name)
    if (chosen := await file_dialogs.chosen(dialog)) is not None:
        await take(window, picture, chosen)


async def take(window: StudioWindow, picture: Picture, file: Path) -> None:
    """Take the file the user pointed at, and what lies beside it for others."""
    try:
        found = await relink.locate(window.core.library.store, picture, file)
    except InputError as error:
        window.talking.on_error(error, _ABOUT)
        return
    window.messages.dismiss(_ABOUT)
    n = len({*found.back, *found.moved})
    if n:
        window.talking.tell(
            ngettext("{n} missing file found", "{n} missing files found", n).format(n=f"{n:,}")
        )


def forget(window: StudioWindow, picture: Picture) -> None:
    """Let a picture go whose file is gone: into the trash, from where it can be taken back."""
    if window.gallery.selected_items() == (picture,):
        window.selection.before_removal()
    window.pictures.trash_these([picture.id])
