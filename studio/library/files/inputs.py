"""What goes with a prompt: the library's own copy of each reference. All calls block."""

from __future__ import annotations

from pathlib import Path

from studio import files, sending
from studio.domain import Reference, Role
from studio.errors import Billed, PictureUnreadable
from studio.kinds import kind_of
from studio.library.originals import Originals, read_picture_file
from studio.words import _


def keep(
    originals: Originals, data: bytes | Path, *, role: Role, name: str, picture: str | None
) -> Reference:
    """Copy a picture into the library's inputs. Raises StorageError, PictureUnreadable."""
    content = read_picture_file(data) if isinstance(data, Path) else data
    kind = kind_of(content[:64])
    if kind is None:
        raise PictureUnreadable(
            _("This file is not a picture"),
            _("{name} cannot be read as a picture.").format(name=name),
            hint=_("PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP work."),
            billed=Billed.NO,
        )
    digest = originals.keep_input(content, kind.extension)
    return Reference(
        sha256=digest, media_type=kind.media_type, role=role, picture=picture, name=name
    )


def note(originals: Originals, reference: Reference) -> str:
    """How a reference is sent otherwise than it is, in two words; "" where it is not.

    Raises StorageError.
    """
    try:
        return sending.note(sending.fit(originals.input_path(reference)))
    except OSError as error:
        raise files.storage_error(error, originals.folder) from error
