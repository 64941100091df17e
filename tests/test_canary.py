"""The search for the key finds it where it is."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from studio.common import errors, files
from tests import canary
from tests.canary import KEY, Watch, arguments_of, disguises, found_in, found_under
from tests.echoing_service import WAYS

ESCAPED = ("capitals", "percent", "percent, small", "percent twice", "json", "hexadecimal, large")

OTHER = disguises("nothing-of-the-kind-0000")


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("after", range(4))
def test_it_is_found_in_every_disguise(before: int, after: int) -> None:
    text = "x" * before + KEY + "y" * after
    for seen in (
        text.encode(),
        text.encode("utf-16-le"),
        base64.b64encode(text.encode()),
        base64.urlsafe_b64encode(text.encode()),
        text.encode().hex().encode(),
        quote(text).encode(),
        repr({"Authorization": f"Bearer {text}"}).encode(),
        *(WAYS[way](text).encode() for way in ESCAPED),
    ):
        assert found_in(seen)
    assert not any(one in text.encode() for one in OTHER)


def test_it_is_found_in_files_and_in_their_names(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "log").write_bytes(b"\0" * 5000 + KEY.encode() + b"\0")
    (tmp_path / "deep" / canary.MARK).write_bytes(b"")
    (tmp_path / "clean").write_bytes(b"sk-another-key")
    (tmp_path / "keyrings").mkdir()
    (tmp_path / "keyrings" / "login").write_text(KEY)
    try:
        found = {path.relative_to(tmp_path).as_posix() for path in found_under(tmp_path)}
        assert found == {"deep/er/log", f"deep/{canary.MARK}"}
    finally:
        # Else the run's own search would find them, as it should.
        for path in ("deep/er/log", f"deep/{canary.MARK}", "keyrings/login"):
            (tmp_path / path).unlink()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="arguments are read in /proc")
def test_the_arguments_of_what_was_started_are_seen() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()', 'below'])"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        while not any(line.endswith(b"below\0") for _pid, line in arguments_of(os.getpid())):
            assert process.poll() is None
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A second watch, for a mark of its own, so that the run's does not see what is planted."""
    made = Watch(lambda data: b"planted" in data)
    yield made
    made.end()


def test_what_is_written_said_and_passed_on_is_seen(watch: Watch, tmp_path: Path) -> None:
    watch.begin()
    files.replace(tmp_path / "settings.json", b'{"x": "planted"}')
    errors.InputError("no", "it was planted")
    command = [sys.executable, "-c", "print('plant' + 'ed')"]
    assert subprocess.run(command, capture_output=True, check=True).stdout
    subprocess.run([sys.executable, "-c", "", "planted"], check=True)
    watch.end()
    kinds = [leak.partition(", in ")[0].partition(" [")[0] for leak in watch.leaks]
    assert kinds[:3] == ["written to the disk", "the words of InputError", "said by"]
    assert "the arguments of a program" in kinds[3:]


ODD = pytest.param(
    "log\\udcff",
    marks=pytest.mark.skipif(sys.platform == "darwin", reason="file names there are UTF-8"),
)


SHARED = ("-p", "xdist.plugin", "-n", "1")


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize("share", [(), SHARED])
@pytest.mark.parametrize("name", ["log", ODD])
def test_a_find_fails_the_run(pytester: pytest.Pytester, share: tuple[str, ...], name) -> None:
    root = Path(__file__).parents[1]
    # Put together only when it runs: the run's own search looks into the byte code as well.
    pytester.makepyfile(
        f"""
        def test_it(tmp_path):
            (tmp_path / "{name}").write_text("".join(("Bearer {KEY[:8]}", "{KEY[8:]}")))
        """
    )
    pytester.syspathinsert(root)
    found = pytester.runpytest_subprocess("-p", "tests.canary", "-p", "no:cacheprovider", *share)
    found.assert_outcomes(passed=1)
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["*The canary was found*", "file */log*"])
    for path in pytester.path.rglob("log*"):
        path.unlink()


@pytest.mark.usefixtures("few_plugins")
def test_what_is_removed_after_its_test_was_looked_at(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makeini("[pytest]\ntmp_path_retention_policy = failed\n")
    pytester.makepyfile(
        f"""
        def test_it(tmp_path):
            (tmp_path / "log").write_text("".join(("Bearer {KEY[:8]}", "{KEY[8:]}")))
        """
    )
    found = pytester.runpytest_subprocess("-p", "tests.canary", "-p", "no:cacheprovider")
    found.assert_outcomes(passed=1)
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["*The canary was found*", "file */log*"])
    assert not list(pytester.path.rglob("log"))


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize(
    ("share", "looks"), [((), {"alone": True}), (SHARED, {"alone": False, "gw0": True})]
)
def test_processes_are_looked_at_where_tests_run(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    share: tuple[str, ...],
    looks: dict[str, bool],
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makeconftest(
        """
        from pathlib import Path
        from tests import canary

        def pytest_sessionfinish(session):
            looks = session.config.stash[canary._WATCH].looks
            name = getattr(session.config, "workerinput", {}).get("workerid", "alone")
            (session.config.rootpath / f"{name}.looks").write_text(str(looks))
        """
    )
    pytester.makepyfile("def test_it(): pass")
    pytester.runpytest_subprocess("-p", "tests.canary", "-p", "no:cacheprovider", *share)
    found = {path.stem: path.read_text() == "True" for path in pytester.path.glob("*.looks")}
    assert found == looks
