"""Long files are run first, so that no process waits for another one at the end."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from tests.scheduling import (
    ENVIRONMENT,
    LONG,
    OF_FOLDER,
    READ_SOURCES,
    SOURCE_FILES,
    USE_ENVIRONMENT,
    USUAL,
    FileScheduling,
    length,
)


@pytest.mark.parametrize("file", LONG)
def test_long_files_are_there(pytestconfig: pytest.Config, file: str) -> None:
    assert (pytestconfig.rootpath / file).is_file()


def scheduled(config: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> FileScheduling:
    """The scheduling of one process, where nobody asks for it."""
    monkeypatch.setattr(config.option, "tx", ["popen"], raising=False)
    return FileScheduling(config)


@pytest.mark.parametrize("file", sorted(READ_SOURCES))
def test_files_that_read_the_whole_program_are_given_out_as_one(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    assert "from tests.source_files import" in (pytestconfig.rootpath / file).read_text("utf-8")
    made = scheduled(pytestconfig, monkeypatch)
    assert made._split_scope(f"{file}::test_a[b::c]") == SOURCE_FILES
    assert made._split_scope("tests/test_few.py::test_a[b::c]") == "tests/test_few.py"
    assert length(SOURCE_FILES, 1) == LONG[SOURCE_FILES]


@pytest.mark.parametrize("file", sorted(USE_ENVIRONMENT))
def test_files_that_use_an_environment_are_given_out_as_one(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    assert "made_environment" in (pytestconfig.rootpath / file).read_text("utf-8")
    assert scheduled(pytestconfig, monkeypatch)._split_scope(f"{file}::test_a") == ENVIRONMENT
    assert length(ENVIRONMENT, 1) == LONG[ENVIRONMENT]


def test_tests_with_a_desktop_are_long(pytestconfig: pytest.Config) -> None:
    """They have few tests, and would be taken for short: one at the end has a process to itself."""
    folder = pytestconfig.rootpath / "tests"
    with_desktop = {
        path.relative_to(pytestconfig.rootpath).as_posix()
        for path in folder.glob("e2e/test_*.py")
        if "mark.desktop" in path.read_text(encoding="utf-8")
    }
    assert with_desktop
    assert with_desktop - LONG.keys() == set()


def test_the_longest_file_is_given_out_first(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LONG, "long.py", 20.0)
    many = int(20.0 / USUAL) + 1
    files = {"few.py": 3, "long.py": 2, "many.py": many}
    given: list[str] = []

    class Node:
        def send_runtest_some(self, indexes: list[int]) -> None:
            given.append(tests[indexes[0]].partition("::")[0])

    tests = [f"{file}::test_{n}" for file, count in files.items() for n in range(count)]
    node = Node()
    made = scheduled(pytestconfig, monkeypatch)
    made.registered_collections[node] = tests
    made.workqueue = OrderedDict(
        (file, {test: False for test in tests if test.startswith(file)}) for file in files
    )
    while made.workqueue:
        made._assign_work_unit(node)
    assert given == ["many.py", "long.py", "few.py"]
    assert length("few.py", 3) == 3 * USUAL


@pytest.mark.parametrize("folder", OF_FOLDER)
def test_where_tests_open_windows_they_are_longer_than_elsewhere(
    pytestconfig: pytest.Config, folder: str
) -> None:
    assert (pytestconfig.rootpath / folder).is_dir()
    assert length(f"{folder}/test_few.py", 3) == 3 * OF_FOLDER[folder]
    assert length(f"{folder}/deeper/test_few.py", 3) == 3 * USUAL
