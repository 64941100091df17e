"""Tests on bare systems: their steps, and running a command in one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import fresh
import fresh_root
import pytest


def test_ubuntu_is_tried_where_a_mirror_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_root, "mirror", lambda name: [] if name == "ubuntu" else ["x"])
    assert fresh.suites() == ("bookworm", "trixie")
    monkeypatch.setattr(fresh_root, "mirror", lambda _name: ["x"])
    assert fresh.suites() == ("bookworm", "trixie", "noble")


def test_without_what_it_needs_it_says_so_and_ends_with_77(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fresh.py"])
    monkeypatch.setattr(fresh_root, "why_not", lambda: "debootstrap is not installed")
    assert fresh.main() == 77
    assert "skipped: debootstrap is not installed" in capsys.readouterr().out


def test_an_unknown_step_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["fresh.py", "--steps", "run,fly"])
    with pytest.raises(SystemExit) as ended:
        fresh.main()
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


def test_pip_gets_its_way_to_the_index_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        "global.index-url='https://mirror.example/simple'\n:env:.cert='/a/b.pem'\nglobal.user='1'\n"
    )
    done = subprocess.CompletedProcess([], 0, stdout=said)
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_more: done)
    assert fresh_root.pip_settings() == {
        "index-url": "https://mirror.example/simple",
        "cert": "/a/b.pem",
    }
