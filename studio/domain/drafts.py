"""Draft of the composer, saved at every pause in typing and restored at the next start."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.errors import StorageError
from studio.common.json_reader import NotUnderstood
from studio.common.lenient_json import understand
from studio.domain import markup as drawn
from studio.domain.entities import Advanced, Reference, Role
from studio.domain.markup import Markup

log = logging.getLogger(__name__)

MATCH = "match"
"""Aspect choice that follows the input picture."""

MOST_AT_ONCE = 16
"""Limit of references added together: no model accepts more."""

MOST_EDITED = 64
"""Limit of pictures edited at once, each with a request of its own."""

MOST_COUNTED = 10_000
"""Limit of a plausible count; the program writes no larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Source, references, prompt and choices of the composer.

    Attributes:
        references: the source (role "edit") first, if there is one. Several sources are edited
            one by one, with the same prompt and other references.
        aspect: ratio such as "16:9", or "match".
        size: tier such as "1K"; the user's own spelling is kept unchanged.
        seed: seed of the first picture; None for automatic.
        continues: an edit continues the conversation about its picture, if possible.
        advanced: advanced choices, including those the model does not support.
        markup: markup of the source.
        version: version of the file format.
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
    markup: Markup = Markup()  # noqa: RUF009 - frozen
    version: int = 1

    @property
    def sources(self) -> tuple[Reference, ...]:
        return tuple(one for one in self.references if one.role is Role.EDIT)

    @property
    def sent_together(self) -> tuple[tuple[Reference, ...], ...]:
        """References of each request: at most one source, and all other references."""
        if len(self.sources) < 2:
            return (self.references,)
        beside = tuple(one for one in self.references if one.role is not Role.EDIT)
        return tuple((source, *beside) for source in self.sources)

    @property
    def marks_sent(self) -> int:
        """Number of marks sent with each request."""
        return len(self.markup.sent_marks) if self.sources else 0

    @property
    def versions(self) -> int:
        """Number of requests with the same prompt: one for each source, or each frame of it.

        0 if there are only crops, which are not sent.
        """
        markup = self.markup
        framed = len(markup.extensions) if self.sources and markup.frames else 1
        return len(self.sent_together) * framed


class DraftFile:
    """File of the draft between two sessions. All calls block: run them in a thread.

    A marker file exists while the draft is being restored (`begin_restore`, `restored`). If it
    exists at the start, the program crashed during the last restore: the draft is renamed and
    offered (`kept`) instead of being restored again.

    Attributes:
        trouble: error to show once about an invalid file that was renamed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = path.with_name(f"{path.stem}.restoring")
        self.trouble: StorageError | None = None

    def begin_restore(self) -> Draft | None:
        """The saved draft, to be restored now; None if the last restore crashed."""
        if self._being_restored() == self.path.name:
            try:
                self._put_aside()
            except OSError as error:
                log.warning("The draft could not be put aside: %s", error)
            self.restored()
            return None
        draft = self.load()
        if draft is not None:
            self._note(self.path.name)
        return draft

    def restored(self) -> None:
        """Mark the draft as restored: the next start may restore it again."""
        try:
            files.remove(self._mark)
        except StorageError as error:
            log.warning("The mark of the draft stays: %s", error)

    def kept(self) -> Draft | None:
        """The newest draft that was set aside, if any."""
        while (path := self._newest()) is not None:
            aside = DraftFile(path)
            if (draft := aside.load()) is not None:
                return draft
            if self._newest() == path:
                return None
        return None

    def begin_kept(self) -> Draft | None:
        """The newest draft that was set aside, to be restored now."""
        draft = self.kept()
        path = self._newest()
        if draft is not None and path is not None:
            self._note(path.name)
        return draft

    def end_kept(self) -> None:
        """Remove the newest draft that was set aside, after its restore. Raises StorageError."""
        path = self._newest()
        if path is not None:
            files.remove(path)
        self.restored()

    def remove_prompt(self, prompt: str) -> None:
        """Remove a prompt from every draft. Raises StorageError."""
        for path in (self.path, *self._aside()):
            one = DraftFile(path)
            draft = one.load()
            if draft is not None and draft.prompt.strip() == prompt.strip():
                one.save(replace(draft, prompt=""))

    def _being_restored(self) -> str:
        """Name of the file being restored, or whose restore crashed the program; "" for none."""
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
        """Drafts that were set aside, oldest first."""
        found = self.path.parent.glob(f"{self.path.stem}.kept*{self.path.suffix}")
        whole = [path for path in found if ".broken" not in path.name]
        return sorted(whole, key=lambda path: (len(path.name), path.name))

    def _newest(self) -> Path | None:
        return next(reversed(self._aside()), None)

    def _put_aside(self) -> None:
        """Rename the draft to a free name. Raises OSError."""
        stem, suffix, number = self.path.stem, self.path.suffix, 1
        aside = self.path.with_name(f"{stem}.kept{suffix}")
        while os.path.lexists(aside):
            number += 1
            aside = self.path.with_name(f"{stem}.kept-{number}{suffix}")
        if os.path.lexists(self.path):
            self.path.replace(aside)

    def load(self) -> Draft | None:
        """The saved draft; None if there is none or it cannot be read."""
        try:
            draft = json_reader.load(self.path, Draft)
            if odd := _odd(draft):
                raise NotUnderstood(odd)
        except FileNotFoundError:
            return None
        except (NotUnderstood, IsADirectoryError) as error:
            log.warning("The draft makes no sense: %s", error)
            draft = self._in_parts()
            self.trouble = files.set_aside(self.path)
        except OSError as error:
            log.warning("The draft could not be read: %s", error)
            return None
        return None if draft == Draft() and self.trouble is not None else draft

    def _in_parts(self) -> Draft:
        """The valid part of an invalid draft."""
        try:
            draft = understand(json_reader.plain(json_reader.read(self.path)), Draft, [])
        except (NotUnderstood, OSError):
            return Draft()
        references = tuple(one for one in draft.references if json_reader.is_sha256(one.sha256))
        seed = draft.seed if draft.seed is None or abs(draft.seed) < json_reader.MOST else None
        count = draft.count if 1 <= draft.count <= MOST_COUNTED else 1
        markup = drawn.bounded(draft.markup)
        return replace(draft, references=references, seed=seed, count=count, markup=markup)

    def save(self, draft: Draft) -> None:
        """Save the draft atomically. Raises StorageError."""
        names = [one.name for one in fields(Draft)]
        body = json_reader.merge_into_file(self.path, _encoded(draft), known=names)
        files.replace(self.path, body)


_LATER = ("image_search", "detail")
"""Advanced choices unknown to earlier versions; written only if the user made them."""


def _encoded(draft: Draft) -> bytes:
    """JSON of a draft, without unused fields unknown to earlier versions."""
    body, usual = msgspec.to_builtins(draft), msgspec.to_builtins(Advanced())
    chosen = body["advanced"]
    for name in _LATER:
        if chosen[name] == usual[name]:
            del chosen[name]
    for reference in body["references"]:
        if reference["sentence"] is None:
            del reference["sentence"]
    if draft.markup.empty:
        del body["markup"]
    return json_reader.encode(body)


def _odd(draft: Draft) -> str:
    """The invalid part of a draft; "" for a valid one."""
    if not all(json_reader.is_sha256(one.sha256) for one in draft.references):
        return "a reference"
    if draft.seed is not None and abs(draft.seed) >= json_reader.MOST:
        return "the seed"
    if not drawn.is_valid(draft.markup):
        return "the markup"
    return "" if 1 <= draft.count <= MOST_COUNTED else "the count"
