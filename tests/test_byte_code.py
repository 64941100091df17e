"""Byte code is written once for all test processes, and they read it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.byte_code import FEW, code_of, compile_files, files_without

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ("-p", "tests.byte_code", "-p", "no:cacheprovider")
WRONG = "def test_sum():\n    number = 2\n    assert number == 3\n"


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that write byte code beside their sources, whatever the user does."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_a_run_reads_the_byte_code_that_was_written(
    pytester: pytest.Pytester, pytestconfig: pytest.Config, few_plugins: None
) -> None:
    test, other = pytester.makepyfile(test_wrong=WRONG), pytester.makepyfile(other="a = 1")
    assert files_without([pytester.path]) == [other, test]
    compile_files([test, other], pytestconfig)
    assert files_without([pytester.path]) == []
    before = code_of(test).stat()
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    done.stdout.fnmatch_lines(["E *assert 2 == 3"])
    after = code_of(test).stat()
    # Else the run would have put another file there.
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_changed_is_compiled_again(
    pytester: pytest.Pytester, pytestconfig: pytest.Config
) -> None:
    files = [pytester.makepyfile(**{name: WRONG}) for name in ("test_a", "test_b", "c")]
    compile_files(files, pytestconfig)
    later = code_of(files[1]).stat().st_mtime + 10
    os.utime(files[1], (later, later))
    assert files_without([pytester.path]) == [files[1]]
    assert files_without([files[0], files[1]]) == [files[1]]


def test_a_file_that_is_no_python_is_left_to_the_run(
    pytester: pytest.Pytester, pytestconfig: pytest.Config
) -> None:
    names = ("test_a", "test_b", "c", "d")
    files = [
        pytester.makepyfile(**{name: "x = = 1" if name in "test_a c" else ""}) for name in names
    ]
    compile_files(files, pytestconfig)
    assert files_without([pytester.path]) == [files[2], files[0]]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")
@pytest.mark.parametrize("more", [0, 1])
def test_many_files_are_compiled_before_the_processes_start(
    pytester: pytest.Pytester, few_plugins: None, more: int
) -> None:
    pytester.makepyfile(
        **{f"test_{number}": "def test_it(): assert True" for number in range(FEW + more)}
    )
    pytester.makeconftest(
        """
        import pathlib, pytest
        @pytest.hookimpl(trylast=True)
        def pytest_xdist_setupnodes():
            print("compiled:", len([*pathlib.Path("__pycache__").glob("test_*.pyc")]))
        """
    )
    shared = ("-p", "xdist.plugin", "-n", "1", "-s")
    done = pytester.runpytest_subprocess(*PLUGIN, *shared, "-k", "none_of_them")
    done.stdout.fnmatch_lines([f"*compiled: {(FEW + 1) * more}"])
