"""Tests on bare systems: their steps, and running a command in one."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import fresh_root
import pytest

from tests.packaging.programs import Programs

posix = pytest.mark.skipif(
    sys.platform == "win32", reason="stands in for programs by scripts of sh"
)


@posix
def test_ubuntu_is_tried_where_a_mirror_has_it(programs: Programs) -> None:
    programs.put("apt-get", "echo http://mirror.example/debian")
    assert fresh.suites() == ("bookworm", "trixie")
    programs.put("apt-get", "echo http://mirror.example/debian", "echo http://a.example/ubuntu/")
    assert fresh.suites() == ("bookworm", "trixie", "noble")


def test_without_what_it_needs_it_says_so_and_ends_with_77(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.alone()
    assert fresh.main([]) == 77
    assert capsys.readouterr().out == f"skipped: {fresh_root.why_not()}\n"


def test_an_unknown_step_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as ended:
        fresh.main(["--steps", "run,fly"])
    assert ended.value.code == 2


def test_nothing_of_this_machine_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    root = fresh_root.FreshRoot("bookworm", tmp_path)
    command = root.inside("make run", user=True, environment={"DISPLAY": ":7"})
    assert command[:2] == ["chroot", "--userspec=designer:designer"]
    bare = command[3 : command.index("sh")]
    assert bare[:2] == ["env", "-i"]
    names = {word.partition("=")[0] for word in bare[2:]}
    assert names == {"PATH", "LANG", "HOME", "DISPLAY"}
    assert command[-1] == f"cd '{fresh_root.HOME}' && make run"


@posix
def test_pip_gets_its_way_to_the_index_and_nothing_else(programs: Programs) -> None:
    python = programs.put(
        "python",
        """echo "global.index-url='https://mirror.example/simple'" """,
        """echo ":env:.cert='/a/b.pem'" """,
        """echo "global.user='1'" """,
    )
    assert fresh_root.pip_settings(str(python)) == {
        "index-url": "https://mirror.example/simple",
        "cert": "/a/b.pem",
    }
