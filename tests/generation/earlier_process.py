"""What an earlier process left behind, and a disk that is full."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio import files, prompts, runs
from studio.domain import Job, new_id
from studio.drafts import Draft
from studio.journal import Entry, Journal
from studio.providers.catalogue import Catalogue
from tests.core.running import MODEL


def planned(prompt: str = "A lamp") -> Job:
    """A job that nobody has queued yet."""
    draft = Draft(prompt=prompt, profile="dgrid", model=MODEL)
    run = runs.plan(draft, Catalogue().find("dgrid", MODEL), prompts.expand(prompt))
    return Job(id=new_id(), run=run.id, request=run.requests[0], created=1.7e9)


def left_behind(home: Path, *, sent: bool, body: bytes = b"", mark: str = "") -> tuple[Job, Entry]:
    """An attempt as an earlier process left it in the journal."""
    journal = Journal(home / "library/.gridbrush/journal")
    job = planned()
    entry = journal.queue(job)
    if sent:
        journal.sent(entry)
    if body:
        answer = journal.begin_answer(entry, 200, {"content-type": "application/json"})
        answer.append(body)
        if mark == "whole":
            journal.whole(entry, answer, 12.5)
        elif mark == "cut":
            journal.cut(entry, answer, "reset", 12.5)
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
