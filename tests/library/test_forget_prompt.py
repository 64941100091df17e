"""A permanently deleted prompt is in no file that the program keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from studio.common.errors import InputError
from studio.domain.drafts import Draft
from studio.library.log import daily_copies
from studio.remote import server
from studio.remote.protocol import ChangeLibrary
from studio.remote.server import carry_out
from tests.generation.earlier_process import left_behind
from tests.generation.harness import error, replies, studio

SECRET = "the unreleased Periwinkle bottle"


def says(home: Path) -> list[Path]:
    """Files that have a word of it, or are named by one."""
    word = b"periwinkle"
    return [
        path
        for path in home.rglob("*")
        if word.decode() in path.name.lower()
        or (path.is_file() and word in path.read_bytes().lower())
    ]


async def test_a_forgotten_prompt_is_nowhere_and_its_pictures_stay(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            jobs = [*await one.submit(SECRET), *await one.submit("A lamp")]
            for job in jobs:
                await one.gone(job)
            service.script(error(400))
            (failed,) = await one.submit(SECRET)
            await one.core.queue.idle()
            assert one.core.queue.jobs[failed.id].failure
            by_prompt = {each.prompt: each for each in await one.pictures()}
            secret, lamp = by_prompt[SECRET], by_prompt["A lamp"]
            await one.core.library.rate([secret.id], 4)
            one.core.draft.save(Draft(prompt=SECRET))
            daily_copies.make(one.core.library.folder)
            assert says(tmp_path)
            data = one.core.library.path(secret).read_bytes()

            said = await carry_out(one.core, ChangeLibrary(action="forget", ids=SECRET.split()))
            assert said.number == 2

            assert [use.prompt for use in await one.core.library.prompts()] == ["A lamp"]
            (now,) = await one.core.library.find([secret.id])
            assert (now.prompt, now.rating) == ("", 4)
            path = one.core.library.path(now)
            assert path.read_bytes() == data
            assert hashlib.sha256(data).hexdigest() == now.sha256
            (other,) = await one.core.library.find([lamp.id])
            assert other == lamp
            report = await server.check(one.core)
            assert report.whole
            assert report.orphans == ()
            # Records go on after it.
            await one.core.library.rate([secret.id], 5)
        # The index's own pages are only free of it when it is made anew, as it was.
        assert says(tmp_path) == []
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert len(await one.pictures()) == 2
            (now,) = await one.core.library.find([secret.id])
            assert now.rating == 5


async def test_what_nothing_says_cannot_be_forgotten(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            before = (tmp_path / "library/.gridbrush/records").rglob("*.jsonl")
            kept = {path: path.read_bytes() for path in before}
            with pytest.raises(InputError):
                await carry_out(one.core, ChangeLibrary(action="forget", ids=["A lam"]))
            assert {path: path.read_bytes() for path in kept} == kept


async def test_what_was_set_aside_because_it_was_broken_is_forgotten_too(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(SECRET)
            await one.gone(job)
    _job, entry = left_behind(tmp_path, sent=False)
    (entry.folder / "queued.json").write_bytes(b'{"prompt":"' + SECRET.encode())
    draft = tmp_path / "state/draft.json"
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(b'{"prompt":"' + SECRET.encode())
    async with studio(tmp_path) as one:
        await one.core.recover()
        one.core.draft.load()
        assert len(says(tmp_path)) > 2
        await carry_out(one.core, ChangeLibrary(action="forget", ids=[SECRET]))
    assert says(tmp_path) == []
