"""What the tests of the command line share."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import CliProgram, Result, forked_by, forker, made, written
from tests.fake_service import FakeService


@pytest.fixture
def program(tmp_path: Path) -> Iterator[CliProgram]:
    """A fresh home; nothing may be written outside of it."""
    one = made(tmp_path)
    yield one
    assert written(one.user) == []


FORKS = sys.platform == "linux"


@pytest.fixture(scope="session")
def forking() -> Iterator[list[str] | None]:
    """What forks commands from one process that has imported the program; None where none can."""
    if not FORKS:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="gb-") as folder, forker(Path(folder)) as command:
        yield command


@pytest.fixture(scope="module")
def warm(forking: list[str] | None) -> Iterator[None]:
    """Commands of these tests are forked from a process that has imported the program."""
    with forked_by(forking):
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
