"""Tries the README's commands on bare Debians, and Ubuntu where a mirror has it: `make fresh`.

In each, with nothing but git, make, python3 and python3-venv, as an ordinary user whose folder has
an odd name: `make run` without a display (a picture is painted) and with one (the window is
painted), `make test`, `make package` and the self-test of the built program. What root has to
install is what the commands themselves ask for. The checkout is a clone of the last commit.

`fresh.py [--suites bookworm,trixie] [--steps run,test,package] [--anew]`; exit code 77 where no
fresh system can be made. Archives of the bare systems and what was downloaded are kept in
build/fresh, so that the second run is quicker; --anew begins without them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import fresh_root
import locked
import screen
from fresh_root import DESKTOP, HOME, SKIPPED, SUITES, Failed

FOLDER = locked.ROOT / "build" / "fresh"
STEPS = ("run", "test", "package")
BARE = ("git", "make", "python3", "python3-venv")
CHECKOUT = "Grid brush"
WHEELS = "/var/wheels"
MOST_DOWNLOADED = 100e6
FIRST_PICTURE = 20
"""Seconds from `make run` to the first picture, without downloads, on a quiet machine."""

COLOURS = 1000
"""A window with a picture in it has more; an empty screen has one."""


def main(words: Sequence[str] | None = None) -> int:
    """Try every system that was asked for; 0 when all holds, 77 when none can be made here."""
    options = arguments(words)
    if reason := fresh_root.why_not():
        print(f"skipped: {reason}")
        return SKIPPED
    if not options.inside:
        again = [sys.executable, __file__, "--inside", *(sys.argv[1:] if words is None else words)]
        return subprocess.run([*fresh_root.ALONE, *again], check=False).returncode
    if options.anew:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    failures = 0
    for suite in options.suites.split(",") if options.suites else suites():
        began = time.monotonic()
        fresh = Fresh(suite)
        try:
            fresh.begin()
            for step in options.steps.split(","):
                getattr(fresh, f"try_{step}")()
        except (Failed, TimeoutError, subprocess.TimeoutExpired) as failure:
            failures += 1
            print(f"{suite}: FAILED: {failure}", file=sys.stderr, flush=True)
        else:
            fresh.say(f"all holds ({time.monotonic() - began:.0f} s)")
    return 1 if failures else 0


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for; ends with 2 on a name that there is not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--suites", help="names of releases, with commas")
    parser.add_argument("--steps", default=",".join(STEPS), help="of run, test, package")
    parser.add_argument("--anew", action="store_true", help="without what the last run kept")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if unknown := set(options.steps.split(",")) - set(STEPS):
        parser.error(f"unknown step: {', '.join(sorted(unknown))}")
    return options


def suites() -> tuple[str, ...]:
    """Debian's releases, and Ubuntu's where a mirror has it."""
    return (*SUITES, fresh_root.UBUNTU) if fresh_root.mirror("ubuntu") else SUITES


class Fresh(fresh_root.FreshRoot):
    """One bare system with a clone of this checkout."""

    def __init__(self, suite: str) -> None:
        super().__init__(suite, FOLDER)

    def begin(self) -> None:
        """Set it up, and clone."""
        self.make(BARE)
        self.keep(FOLDER / f"apt-{self.suite}", self.root / "var/cache/apt/archives")
        bundle = self.root / "tmp" / "gridbrush.bundle"
        fresh_root.ask("git", "-C", locked.ROOT, "bundle", "create", bundle, "HEAD")
        bundle.chmod(0o644)
        self.must(
            f"git init -q '{CHECKOUT}' && cd '{CHECKOUT}' && git fetch -q /tmp/{bundle.name} HEAD"
            " && git checkout -q --detach FETCH_HEAD",
            user=True,
        )
        commit = self.here("git log -1 --format=%h").stdout.strip()
        python = self.must("python3 --version").split()[-1]
        pip = self.must("python3 -m ensurepip --version").split()[1]
        self.say(f"Python {python} with pip {pip}, commit {commit}")

    def try_run(self) -> None:
        """`make run`, without a display and with one."""
        self.as_asked("make run")
        size = self.bring_wheels()
        self.say(f"make run downloads {size / 1e6:.1f} MB")
        self.hold(size <= MOST_DOWNLOADED, f"at most {MOST_DOWNLOADED / 1e6:.0f} MB")
        disk = self.must(f"du -sm '{HOME}/{CHECKOUT}/.venv'").split()[0]
        self.must(f"rm -rf '{CHECKOUT}/.venv' Pictures .local .config", user=True)
        began, cpu = time.monotonic(), children()
        done = self.here(f"PIP_NO_INDEX=1 PIP_FIND_LINKS={WHEELS} make run")
        self.hold(done.returncode == 0, f"make run once more:\n{done.stdout}{done.stderr}")
        seconds, cpu = time.monotonic() - began, children() - cpu
        self.say(
            f"from make run to the first picture {seconds:.1f} s, downloads not counted "
            f"({cpu:.1f} s of CPU; goal {FIRST_PICTURE} s), {disk} MB on disk"
        )
        pictures = self.must("find Pictures -name '*.png'", user=True).splitlines()
        self.hold(len(pictures) == 1, f"one picture: {pictures}")
        self.window()

    def bring_wheels(self) -> int:
        """Put what `make run` downloads into a folder that is kept; its size in bytes."""
        self.keep(FOLDER / f"wheels-{self.suite}", self.root / WHEELS.lstrip("/"))
        lock = self.root / "tmp" / "run.txt"
        shutil.copyfile(locked.lock_of("run"), lock)
        exact = "--no-deps --only-binary :all: --require-hashes -r /tmp/run.txt"
        self.must(
            "python3 -m venv /tmp/pip && /tmp/pip/bin/python -m pip -q download "
            f"{exact} --find-links {WHEELS} --dest {WHEELS}"
        )
        # Of several runs, only what this lock names counts.
        known = lock.read_text(encoding="utf-8")
        wheels = (self.root / WHEELS.lstrip("/")).glob("*.whl")
        return sum(
            one.stat().st_size
            for one in wheels
            if hashlib.sha256(one.read_bytes()).hexdigest() in known
        )

    def window(self) -> None:
        """The window paints the picture, and closes when it is told to."""
        with screen.Display(FOLDER) as display:
            command = self.inside(
                f"cd '{CHECKOUT}' && exec make run",
                user=True,
                environment={"DISPLAY": display.name},
            )
            began = time.monotonic()
            log = FOLDER / f"{self.suite}-window.log"
            with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as window:
                try:
                    display.wait_for(lambda shot: shot.colours > COLOURS, seconds=60)
                    self.say(f"the window was painted after {time.monotonic() - began:.1f} s")
                finally:
                    display.keep(FOLDER / f"{self.suite}.png")
                    for pid in self.windows():
                        os.kill(pid, signal.SIGTERM)
                code = window.wait(30)
            said = log.read_text(encoding="utf-8", errors="replace")
            self.hold(code == 0 and "Traceback" not in said, f"the window ended well:\n{said}")

    def windows(self) -> list[int]:
        """The processes of the program's window, not those it decodes pictures in."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            words = words_of(folder)
            if len(words) > 1 and words[1].endswith(b"/bin/gridbrush") and b"--worker" not in words:
                found.append(int(folder.name))
        return found

    def try_test(self) -> None:
        """`make test`, whole."""
        began = time.monotonic()
        said = self.as_asked("make test", seconds=3600)
        closing = [line for line in said.splitlines() if re.search(r"\d+ passed", line)]
        self.hold(bool(closing), f"pytest's closing line:\n{said[-2000:]}")
        self.say(f"make test: {closing[-1].strip('= ')} ({time.monotonic() - began:.0f} s in all)")

    def try_package(self) -> None:
        """`make package`, and the self-test of what it built."""
        self.as_asked("make package", seconds=1800)
        # What a desktop has: the keyring is one of the checks.
        self.apt(DESKTOP)
        program = "build/package/program/gridbrush/gridbrush"
        done = self.here(f"python3 packaging/trial.py '{HOME}/{CHECKOUT}/{program}'")
        self.hold(done.returncode == 0, f"the self-test:\n{done.stdout}{done.stderr}")
        self.say(f"make package: self-test of the built program holds{self.sizes()}")

    def sizes(self) -> str:
        """The packages and how large they are."""
        made = (self.root / HOME.lstrip("/") / CHECKOUT / "dist").iterdir()
        return "".join(f", {one.name} {one.stat().st_size / 1e6:.0f} MB" for one in sorted(made))

    def as_asked(self, command: str, *, seconds: float = 900) -> str:
        """Run a command of the README, installing as root what it asks for; what it printed."""
        for _time in range(2):
            done = self.here(command, seconds=seconds)
            said = done.stdout + done.stderr
            log = FOLDER / f"{self.suite}-{command.replace(' ', '-')}.log"
            log.write_text(said, encoding="utf-8")
            install = r"apt-get install -y --no-install-recommends (.+)"
            asked = re.search(rf"sudo (apt-get update) && sudo ({install})", said)
            if asked is None:
                break
            self.say(f"{command} asks for {len(asked[3].split())} system packages")
            self.must(f"{asked[1]} -qq && {asked[2]} -qq")
        self.hold(
            done.returncode == 0,
            f"{command}: exit code {done.returncode}\n{said[-6000:]}\nAll of it is in {log}",
        )
        return said

    def here(self, command: str, *, seconds: float = 900) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout, as the user."""
        return self.run(f"cd '{CHECKOUT}' && {command}", user=True, seconds=seconds)

    def keep(self, kept: Path, place: Path) -> None:
        """Let a folder in there outlive this system."""
        (kept / "partial").mkdir(parents=True, exist_ok=True)
        place.mkdir(parents=True, exist_ok=True)
        fresh_root.ask("mount", "--bind", kept, place)


def words_of(process: Path) -> list[bytes]:
    """The command line of a process; none where it is gone."""
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def children() -> float:
    """Seconds of CPU of all processes that ended and were waited for."""
    used = os.times()
    return used.children_user + used.children_system


if __name__ == "__main__":
    sys.exit(main())
