"""The composer as the user left it: saved on every pause, back after a crash."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.errors import StorageError
from studio.common.json_reader import NotUnderstood
from studio.common.lenient_json import understand
from studio.domain.entities import Advanced, Reference, Role

log = logging.getLogger(__name__)

MATCH = "match"
"""The aspect choice that follows the input picture."""

MOST_AT_ONCE = 16
"""Pictures that are offered as references together: no model takes more."""

MOST_EDITED = 64
"""Pictures that are edited together, each by itself."""

MOST_COUNTED = 10_000
"""Pictures that nobody asks for at once; what is more was never written by this program."""


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
    advanced: Advanced = field(default_factory=Advanced)
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

    While a draft is being restored a mark beside it says so (`begin_restore`, `restored`). Where a
    start finds one, the program died over that draft: it is put aside under a name of its own and
    offered (`kept`), not restored again.

    Attributes:
        trouble: what is to be said once of a file that made no sense and was set aside.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = path.with_name(f"{path.stem}.restoring")
        self.trouble: StorageError | None = None

    def begin_restore(self) -> Draft | None:
        """The draft of the last time, to be restored now; None where the last try killed us."""
        if self._being_restored() == self._path.name:
            try:
                self._put_aside()
            except OSError as error:
                log.warning("The draft could not be put aside: %s", error)
            self.restored()
            return None
        draft = self.load()
        if draft is not None:
            self._note(self._path.name)
        return draft

    def restored(self) -> None:
        """It stands on the screen: the next start may restore it as well."""
        try:
            files.remove(self._mark)
        except StorageError as error:
            log.warning("The mark of the draft stays: %s", error)

    def kept(self) -> Draft | None:
        """The newest draft that was put aside; None where none waits."""
        while (path := self._newest()) is not None:
            aside = DraftFile(path)
            if (draft := aside.load()) is not None:
                return draft
            if self._newest() == path:
                return None
        return None

    def begin_kept(self) -> Draft | None:
        """The newest draft that was put aside, to be restored now; if we die, it stays there."""
        draft = self.kept()
        path = self._newest()
        if draft is not None and path is not None:
            self._note(path.name)
        return draft

    def end_kept(self) -> None:
        """The newest of them was restored, and saved as the draft. Raises StorageError."""
        path = self._newest()
        if path is not None:
            files.remove(path)
        self.restored()

    def remove_prompt(self, prompt: str) -> None:
        """Take these words out of every draft. Raises StorageError."""
        for path in (self._path, *self._aside()):
            one = DraftFile(path)
            draft = one.load()
            if draft is not None and draft.prompt.strip() == prompt.strip():
                one.save(replace(draft, prompt=""))

    def _being_restored(self) -> str:
        """Name of the file over which the program died; empty where it did not."""
        try:
            with self._mark.open("rb") as file:
                return file.read(200).decode(errors="replace").strip()
        except OSError:
            return ""

    def _note(self, name: str) -> None:
        try:
            files.write_file(self._mark, name.encode())
        except StorageError as error:
            log.warning("A draft is restored without a mark: %s", error)

    def _aside(self) -> list[Path]:
        """Drafts that were put aside, the oldest first."""
        found = self._path.parent.glob(f"{self._path.stem}.kept*{self._path.suffix}")
        whole = [path for path in found if ".broken" not in path.name]
        return sorted(whole, key=lambda path: (len(path.name), path.name))

    def _newest(self) -> Path | None:
        return next(reversed(self._aside()), None)

    def _put_aside(self) -> None:
        """Give it a free name that says so. Raises OSError."""
        stem, suffix, number = self._path.stem, self._path.suffix, 1
        aside = self._path.with_name(f"{stem}.kept{suffix}")
        while os.path.lexists(aside):
            number += 1
            aside = self._path.with_name(f"{stem}.kept-{number}{suffix}")
        if os.path.lexists(self._path):
            self._path.replace(aside)

    def load(self) -> Draft | None:
        """The draft of the last time; None when there is none or it cannot be read."""
        try:
            draft = json_reader.load(self._path, Draft)
            if odd := _odd(draft):
                raise NotUnderstood(odd)
        except FileNotFoundError:
            return None
        except (NotUnderstood, IsADirectoryError) as error:
            log.warning("The draft makes no sense: %s", error)
            draft = self._in_parts()
            self.trouble = files.set_aside(self._path)
        except OSError as error:
            log.warning("The draft could not be read: %s", error)
            return None
        return None if draft == Draft() and self.trouble is not None else draft

    def _in_parts(self) -> Draft:
        """As much of it as is understood."""
        try:
            draft = understand(json_reader.plain(json_reader.read(self._path)), Draft, [])
        except (NotUnderstood, OSError):
            return Draft()
        references = tuple(one for one in draft.references if json_reader.is_sha256(one.sha256))
        seed = draft.seed if draft.seed is None or abs(draft.seed) < json_reader.MOST else None
        count = draft.count if 1 <= draft.count <= MOST_COUNTED else 1
        return replace(draft, references=references, seed=seed, count=count)

    def save(self, draft: Draft) -> None:
        """Keep the draft, whole or not at all. Raises StorageError."""
        files.replace(
            self._path, json_reader.merge_into_file(self._path, msgspec.json.encode(draft))
        )


def _odd(draft: Draft) -> str:
    """What of it cannot be meant; empty where all can."""
    if not all(json_reader.is_sha256(one.sha256) for one in draft.references):
        return "a reference"
    if draft.seed is not None and abs(draft.seed) >= json_reader.MOST:
        return "the seed"
    return "" if 1 <= draft.count <= MOST_COUNTED else "the count"
