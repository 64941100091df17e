"""The library's own copies of reference pictures. All calls block."""

from __future__ import annotations

from pathlib import Path

from studio.common import files, foreign_types, user_input
from studio.common.errors import Billed, PictureUnreadable
from studio.common.file_types import kind_of
from studio.common.i18n import _, sentences
from studio.domain.entities import Reference, Role
from studio.imaging import upload_limits
from studio.library.files.originals import Originals, read_picture_file


def store_input(
    originals: Originals, data: bytes | Path, *, role: Role, name: str, picture: str | None
) -> Reference:
    """Copy a picture into the library's inputs. Raises StorageError, PictureUnreadable, Unusable.

    A path in `data` is that of the user's file, or of the original of `picture`.
    """
    name = user_input.one_line(name)
    if not isinstance(data, Path):
        content, suffix = data, ""
    elif picture is None:
        content, suffix = user_input.read(data, most=user_input.MOST_REFERENCE), data.suffix
    else:
        content, suffix = read_picture_file(data), data.suffix
    kind = kind_of(content[:64])
    if kind is None:
        raise PictureUnreadable(
            _("This file is not a picture"),
            sentences(
                _("{name} cannot be read as a picture.").format(name=name),
                foreign_types.reason(foreign_types.foreign(content[: foreign_types.HEAD], suffix)),
            ),
            hint=_("Supported: PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP."),
            billed=Billed.NO,
        )
    digest = originals.keep_input(content, kind.extension)
    return Reference(
        sha256=digest, media_type=kind.media_type, role=role, picture=picture, name=name
    )


def note(originals: Originals, reference: Reference) -> str:
    """How a reference is changed before it is sent, in two words; "" if it is not.

    Raises StorageError.
    """
    try:
        return upload_limits.note(upload_limits.fit(originals.input_path(reference)))
    except OSError as error:
        raise files.storage_error(error, originals.folder) from error
