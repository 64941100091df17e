"""Leftovers of an earlier process, and a full disk."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.common import files
from studio.config.settings import USUAL_WIRE
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Job, new_id
from studio.generation.journal import Journal
from studio.generation.journal_entry import JournalEntry
from studio.providers.catalogue import Catalogue
from tests.generation.harness import MODEL


def planned(prompt: str = "A lamp", profile: str = "dgrid") -> Job:
    """A job that nobody has queued yet."""
    draft = Draft(prompt=prompt, profile=profile, model=MODEL)
    run = runs.plan(draft, Catalogue().find(profile, MODEL), prompt_variants.expand(prompt))
    return Job(id=new_id(), run=run.id, request=run.requests[0], created=1.7e9)


def left_behind(
    home: Path,
    *,
    sent: bool,
    body: bytes = b"",
    mark: str = "",
    profile: str = "dgrid",
    wire: str = USUAL_WIRE,
    reader: int = 0,
) -> tuple[Job, JournalEntry]:
    """An attempt as an earlier process left it in the journal."""
    journal = Journal(home / "library/.gridbrush/journal")
    job = planned(profile=profile)
    entry = journal.queue(job)
    if sent:
        journal.sent(entry, wire)
    if body:
        headers = {"content-type": "application/json"}
        answer = journal.begin_answer(entry, 200, headers, wire=wire)
        answer.append(body)
        if mark == "whole":
            journal.whole(entry, answer, 12.5)
        elif mark == "cut":
            journal.cut(entry, answer, "reset", 12.5, reader=reader)
        else:
            answer.close()
    return job, entry


@contextmanager
def full_disk(when: Callable[[str, Path], bool]) -> Iterator[None]:
    """The steps for which `when` holds find no room."""

    def step(kind: str, path: Path) -> None:
        if when(kind, path):
            raise OSError(errno.ENOSPC, "No space left on device")

    stop = files.watch(step)
    try:
        yield
    finally:
        stop()
