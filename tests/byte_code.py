"""Byte code of tests and program, written once before the processes that share the tests start.

To rewrite the assertions of all test files and compile them takes 13 s. The processes of a fresh
checkout collect the same files at the same moment, and often do it all.
"""

from __future__ import annotations

import compileall
import multiprocessing
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

ROOT = Path(__file__).resolve().parent.parent

FEW = 40
"""Files that are left to the processes."""


def is_rewritten(file: Path) -> bool:
    """Whether pytest rewrites the assertions of a file."""
    return file.name == "conftest.py" or file.name.startswith("test_")


def code_of(file: Path) -> Path:
    """Where the byte code of a file is looked for."""
    if is_rewritten(file):
        return rewrite.get_cache_dir(file) / f"{file.stem}{rewrite.PYC_TAIL}"
    return Path(cache_from_source(str(file)))


def files_without(paths: Iterable[Path]) -> list[Path]:
    """Files of Python among and below these that changed since their byte code was written."""
    found: set[Path] = set()
    for path in paths:
        found.update(path.rglob("*.py") if path.is_dir() else [path])
    return sorted(file for file in found if file.suffix == ".py" and not _is_compiled(file))


def _is_compiled(file: Path) -> bool:
    code = code_of(file)
    return code.is_file() and code.stat().st_mtime >= file.stat().st_mtime


def compile_files(files: Sequence[Path], config: pytest.Config) -> None:
    """Write the byte code of these files; one that is no Python is told about by the run itself."""
    for file in files:
        if not is_rewritten(file):
            compileall.compile_file(file, quiet=2)
            continue
        try:
            read, code = rewrite._rewrite_test(file, config)
        except SyntaxError:
            continue
        target = code_of(file)
        rewrite.try_makedirs(target.parent)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, read, target)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Compile what a fresh checkout or a large change left without byte code, on all processors."""
    if sys.dont_write_bytecode or sys.platform != "linux":
        return
    paths = [config.invocation_params.dir / name.partition("::")[0] for name in config.args]
    if config.rootpath == ROOT:
        paths.append(ROOT / "studio")
    files = files_without(paths)
    if len(files) <= FEW:
        return
    context = multiprocessing.get_context("fork")
    count = os.cpu_count() or 1
    started = [
        context.Process(target=compile_files, args=(files[number::count], config))
        for number in range(count)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
