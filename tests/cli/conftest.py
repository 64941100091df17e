"""What the tests of the command line share."""

from __future__ import annotations

import contextlib
import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import CliProgram, Result, made, written
from tests.cli.program import warm as forked_from_one
from tests.fake_service import FakeService


@pytest.fixture
def program(tmp_path: Path) -> Iterator[CliProgram]:
    """A fresh home; nothing may be written outside of it."""
    one = made(tmp_path)
    yield one
    assert written(one.user) == []


FORKS = sys.platform == "linux"


@pytest.fixture(scope="module")
def warm() -> Iterator[None]:
    """Commands of these tests are forked from a process that has imported the program."""
    with tempfile.TemporaryDirectory(prefix="gb-") as folder:
        forked = forked_from_one(Path(folder)) if FORKS else contextlib.nullcontext()
        with forked:
            yield


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService() as running:
        yield running


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[CliProgram, Result]:
    """A library with four small pictures, made once for a module, and how it was made."""
    one = made(tmp_path_factory.mktemp("shelf"))
    result = one(
        *("generate", "A {harbour|forest} at dusk", "--size", "512", "--aspect", "3:2"),
        *("--count", "2", "--seed", "7", "--json"),
    )
    assert result.code == 0, result.err
    return one, result


@pytest.fixture
def copied(shelf: tuple[CliProgram, Result], tmp_path: Path) -> CliProgram:
    """The shelf's library in a home of its own, to be changed."""
    source, _result = shelf
    one = made(tmp_path)
    for path in source.home.rglob("*"):
        target = one.home / path.relative_to(source.home)
        if path.is_dir():
            target.mkdir(parents=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return one


def ids(result: Result) -> list[str]:
    return list(itertools.chain(one["id"] for one in result.only("image")))
