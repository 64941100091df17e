"""A run of tests ends with all of its failures, whatever one of its tests does."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import pytest

from tests import leftovers
from tests.desktop.session import RUN, Session
from tests.reports import plain

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = ("-p", "tests.reports", "-p", "tests.leftovers", "-p", "no:cacheprovider")
SHARED = ("-p", "xdist.plugin", "-n", "2", "--dist", "loadfile")
HANG = 90.0
"""Seconds after which a run hangs."""


pytestmark = pytest.mark.usefixtures("few_plugins")


@pytest.fixture
def run(pytester: pytest.Pytester):
    pytester.syspathinsert(ROOT)

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*PLUGINS, *arguments, timeout=HANG)

    return run


def files(pytester: pytest.Pytester, **more: str) -> None:
    """Six files of two tests each, one of which fails, and those given besides."""
    pair = "def test_one(): pass\ndef test_two(): pass\n"
    made = {f"test_{number}": pair for number in range(5)}
    made["test_fails"] = "def test_no(): assert 1 + 1 == 3\ndef test_yes(): pass\n"
    pytester.makepyfile(**made, **{name: textwrap.dedent(text) for name, text in more.items()})


@pytest.mark.parametrize("share", [(), SHARED], ids=["one process", "two processes"])
def test_failures_with_lone_surrogates_are_reported_like_any_other(run, pytester, share) -> None:
    files(
        pytester,
        test_odd=r"""
        import enum, os, pytest

        class Why(enum.StrEnum):
            ODD = "odd"

        def test_message():
            assert 0, "a\ud800b"
        def test_output():
            print("a\udcffb")
            os.write(1, b"\xff\xfe")
            assert 0
        def test_property(record_property):
            record_property("odd", ["\ud800", object()])
        def test_reason():
            pytest.skip(Why.ODD)
        """,
    )
    done = run(*share)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.assert_outcomes(failed=3, passed=12, skipped=1)
    done.stdout.fnmatch_lines_random(
        ["FAILED test_odd.py::test_message*", "FAILED test_fails.py::test_no*"]
    )


def test_what_stops_no_pipe_is_left_as_it_is() -> None:
    value = {"a": [1, 2.5, None, True, b"\xff", ("lamp", {"é": "漢"})]}
    assert plain(value) == value
    assert plain({"\ud800": ["\udcff"]}) == {"\\ud800": ["\\udcff"]}


def test_a_test_that_takes_its_process_with_it_fails_once_and_the_others_run(run, pytester) -> None:
    # Late in the run: the process that is lost has finished files before it. In the last file
    # there are more tests behind the one that dies.
    start = "import os, signal\ndef test_a(): pass\ndef test_dies(): "
    files(
        pytester,
        test_later=f"{start}os._exit(3)\n",
        test_latest=f"{start}os.kill(os.getpid(), signal.SIGSEGV)\n"
        "def test_x(): pass\ndef test_y(): 1 / 0\n",
    )
    early = (f"test_{number}.py" for number in range(4))
    done = run(*SHARED, *early, "test_later.py", "test_latest.py", ".")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.assert_outcomes(failed=4, passed=14)
    done.stdout.fnmatch_lines_random(
        [
            "FAILED test_later.py::test_dies*",
            "FAILED test_latest.py::test_dies*",
            "FAILED test_latest.py::test_y*",
            "FAILED test_fails.py::test_no*",
        ]
    )


def test_a_process_lost_without_a_test_fails_the_run(run, pytester) -> None:
    pytester.makepyfile(test_a="def test_one(): pass", test_b="def test_two(): pass")
    pytester.makeconftest(
        """
        import os
        def pytest_sessionfinish(session):
            if os.environ.get("PYTEST_XDIST_WORKER") == "gw0":
                os._exit(3)
        """
    )
    done = run(*SHARED)
    done.assert_outcomes(passed=2)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["*Test processes were lost*", "gw0: *"])


WAITING = """
    import subprocess, sys, time
    def test_no():
        assert 1 + 1 == 3
    def test_waits():
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print("it waits", file=open({told!r}, "w"), flush=True)
        time.sleep(600)
"""
START = """
import signal, sys
# Where the tests run in the background, Ctrl+C is ignored, and so by all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
HEARD = """
    import os
    def pytest_runtest_logstart(nodeid):
        if nodeid.endswith("::test_waits") and "PYTEST_XDIST_WORKER" not in os.environ:
            print("that it starts is known", file=open({told!r}, "w"), flush=True)
"""


def make_pipe(path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(path)


def signal_group(leader: int, by: int) -> None:
    if sys.platform != "win32":
        os.killpg(leader, by)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by their environment")
@pytest.mark.parametrize(
    ("share", "by", "everybody"),
    [
        ((), signal.SIGTERM, False),
        ((), signal.SIGINT, True),
        (SHARED, signal.SIGTERM, False),
        (SHARED, signal.SIGTERM, True),
        (SHARED, signal.SIGINT, True),
    ],
    ids=["SIGTERM", "Ctrl+C", "two, SIGTERM", "two, SIGTERM to all", "two, Ctrl+C"],
)
def test_a_run_that_is_stopped_says_what_failed_and_leaves_no_process(
    pytester, share, by, everybody
) -> None:
    told = pytester.path / "told"
    make_pipe(told)
    files(pytester, test_waits=WAITING.format(told=str(told)))
    pytester.makeconftest(HEARD.format(told=str(told)))
    command = [sys.executable, "-c", START, *PLUGINS, *share, "test_waits.py", "test_0.py"]
    mark = uuid.uuid4().hex
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "GRIDBRUSH_TEST_OUTER": mark}
    with (
        os.fdopen(os.open(told, os.O_RDWR), "r+b", buffering=0) as telling,
        subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process,
    ):
        try:
            for _line in range(2):
                assert select.select([telling], [], [], HANG)[0], "the tests did not start"
                telling.readline()
            if everybody:
                signal_group(process.pid, by)
            else:
                process.send_signal(by)
            said, _nothing = process.communicate(timeout=HANG)
            left = leftovers.marked(mark, name="GRIDBRUSH_TEST_OUTER")
        finally:
            for pid in leftovers.marked(mark, name="GRIDBRUSH_TEST_OUTER"):
                os.kill(pid, signal.Signals["SIGKILL"])
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said
    assert "FAILED test_waits.py::test_no" in said, said
    assert left == {}


def test_processes_of_a_desktop_belong_to_the_run(tmp_path) -> None:
    with Session(tmp_path / "session") as session:
        assert session.environ[RUN] == os.environ[RUN]
