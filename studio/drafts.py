"""The composer as the user left it: saved on every pause, back after a crash."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from studio import files
from studio.domain import Advanced, Reference, Role
from studio.errors import StorageError
from studio.values import dataclass

log = logging.getLogger(__name__)

MATCH = "match"
"""The aspect choice that follows the input picture."""

MOST_AT_ONCE = 16
"""Pictures that are offered as references together: no model takes more."""

MOST_EDITED = 64
"""Pictures that are edited together, each by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Source, references, prompt and choices of the composer.

    Attributes:
        references: the source (role "edit") first, if there is one. Of several sources each is
            edited by itself, with the same words and beside the same references.
        aspect: "16:9" and the like, or "match".
        size: "1K" and the like; the user's own spelling passes unchanged.
        seed: None for automatic.
        continues: an edit goes on with the conversation about its picture, where that can be.
        advanced: the user's own, also what the model cannot be told.
        version: of the form it is written in.
    """

    prompt: str = ""
    references: tuple[Reference, ...] = ()
    profile: str = "sketch"
    model: str = "sketch"
    aspect: str = "1:1"
    size: str = "1K"
    count: int = 1
    seed: int | None = None
    continues: bool = True
    advanced: Advanced = Advanced()
    version: int = 1

    @property
    def sources(self) -> tuple[Reference, ...]:
        """The pictures that are edited."""
        return tuple(one for one in self.references if one.role is Role.EDIT)

    @property
    def sent_together(self) -> tuple[tuple[Reference, ...], ...]:
        """What goes with each request: one source, or none, and all that is no source."""
        if len(self.sources) < 2:
            return (self.references,)
        beside = tuple(one for one in self.references if one.role is not Role.EDIT)
        return tuple((source, *beside) for source in self.sources)


class DraftFile:
    """Where the draft lies between two starts. Its calls block: run them in a thread.

    Attributes:
        trouble: what is to be said once of a file that made no sense and was set aside.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.trouble: StorageError | None = None

    def load(self) -> Draft | None:
        """The draft of the last time; None when there is none or it cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Draft)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("The draft could not be read: %s", error)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            log.warning("The draft makes no sense: %s", error)
            self.trouble = files.set_aside(self._path)
        return None

    def save(self, draft: Draft) -> None:
        """Keep the draft, whole or not at all. Raises StorageError."""
        files.replace(self._path, msgspec.json.encode(draft))
