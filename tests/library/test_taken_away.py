"""Computed files deleted while the program runs: reported, and rebuilt at the next start."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from studio.common.errors import StorageError
from studio.library.log import records
from tests.generation.harness import replies, studio

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets nobody remove a folder that is in use"
)


async def test_an_index_that_was_deleted_is_called_gone_and_made_anew(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            shutil.rmtree(tmp_path / "data")
            with pytest.raises(StorageError, match="The index is missing") as caught:
                await one.pictures()
            assert "not affected" in caught.value.message
            assert "Restart" in caught.value.hint
            # What comes meanwhile is in the library all the same.
            (job,) = await one.submit()
            await one.gone(job)
        async with studio(tmp_path, service) as one:
            assert len(await one.pictures()) == 2


def test_a_lost_index_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    assert "space" not in records.unindexed(tmp_path, lost=True).hint
    assert "space" in records.unindexed(tmp_path, lost=False).hint


async def test_records_that_were_deleted_are_not_written_anew(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            (picture,) = await one.pictures()
            shutil.rmtree(tmp_path / "library/.gridbrush/records")
            with pytest.raises(StorageError, match="The library's records are missing"):
                await one.core.library.rate([picture.id], 3)
            assert not list((tmp_path / "library/.gridbrush").glob("records/*.jsonl"))
