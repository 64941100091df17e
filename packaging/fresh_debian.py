"""Installs the .deb on a fresh Debian without Python and uses it as its user would.

`make package-test`: an older version is installed with apt and used, upgraded to the one in dist/,
used again and purged. The window is shown on an Xvfb outside the fresh system, and what it painted
is looked at. Needs root, debootstrap and Xvfb; where they are missing it says so and ends with 77,
the exit code of a skipped test.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import bundle
import fresh_root
import identity
import packages
import screen
from fresh_root import DESKTOP, HOME, SKIPPED, SUITES, USER, Failed

FOLDER = bundle.BUILD / "fresh"
LIBRARY = f"{HOME}/Pictures/Gridbrush"
RUNTIME = "/run/designer"
OLD = "0.0.1"
OLD_ONLY = "usr/lib/gridbrush/of-the-old-version"


def main(words: Sequence[str] | None = None) -> int:
    """Test one Debian, or both; 0 when all holds, 77 when it cannot be tried here."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="Debian 13 too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if reason := why_not():
        print(f"skipped: {reason}", file=sys.stderr)
        return SKIPPED
    if not options.inside:
        # In namespaces of its own: whatever happens, nothing stays mounted and nothing goes on.
        again = [sys.executable, __file__, "--inside", *(["--all"] if options.all else [])]
        return subprocess.run([*fresh_root.ALONE, *again], check=False).returncode
    if not lint(deb()):
        return 1
    for suite in SUITES if options.all else SUITES[:1]:
        started = time.monotonic()
        try:
            Fresh(suite).test()
        except (Failed, TimeoutError) as failure:
            print(f"{suite}: FAILED: {failure}", file=sys.stderr)
            return 1
        print(f"{suite}: all holds ({time.monotonic() - started:.0f} s)", flush=True)
    return 0


def why_not() -> str | None:
    """Why this cannot be tried here; None when it can."""
    if reason := fresh_root.why_not():
        return reason
    if not deb().exists():
        return f"there is no {deb().name}; `make package` makes it"
    return None


def lint(package: Path) -> bool:
    """Whether lintian, where it is installed, finds nothing but what the package explains."""
    if shutil.which("lintian") is None:
        print("lintian: not installed, so not asked", flush=True)
        return True
    strict = ["lintian", "--allow-root", "--profile", "debian", "--fail-on", "error,warning"]
    done = subprocess.run([*strict, str(package)], capture_output=True, text=True, check=False)
    print(done.stdout, end="", flush=True)
    print(f"lintian: {'all holds' if done.returncode == 0 else 'FAILED'}", flush=True)
    return done.returncode == 0


def deb() -> Path:
    """The package under test."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return packages.DIST / f"{identity.NAME}_{identity.version()}_{machine}.deb"


class Fresh(fresh_root.FreshRoot):
    """A fresh Debian with the package in it."""

    def __init__(self, suite: str) -> None:
        super().__init__(suite, FOLDER)
        self._colours = 0

    def test(self) -> None:
        """Everything that is promised, in the order a user meets it."""
        self.make(DESKTOP)
        self.must(f"install -d -m 700 -o {USER} -g {USER} {RUNTIME}")
        self.say("no Python in it")
        self.hold(self.run("command -v python3 || command -v python").returncode != 0, "Python")
        self.install(older(self.root / "older.deb"))
        with screen.Display(FOLDER) as display:
            self.use(display)
            self.hold((self.root / OLD_ONLY).exists(), "the old version")
            shutil.copyfile(deb(), self.root / deb().name)
            before = self.pictures()
            self.install(f"/{deb().name}")
            self.hold(not (self.root / OLD_ONLY).exists(), "files of the old version are gone")
            self.hold(self.pictures() == before, "the library is as it was")
            self.use(display)
        self.linked()
        self.purge()

    def install(self, package: str) -> None:
        """With apt, and with nothing but what the package asks for."""
        self.say(f"install {package}")
        self.must(f"apt-get install -qq -y --no-install-recommends {package}")
        self.hold(self.run("command -v python3").returncode != 0, "no Python came with it")

    def use(self, display: screen.Display) -> None:
        """As an ordinary user: self-test, a picture, the window, a second start."""
        shown = self.must(f"DISPLAY={display.name} gridbrush self-test --json", user=True)
        checks = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
        self.hold(checks[-1] == {"event": "done", "checks": len(checks) - 1, "failed": 0}, shown)
        self.say(f"self-test: {len(checks) - 1} checks")
        paint = "gridbrush generate 'Ein Leuchtturm, {rot | blau}' --yes --provider sketch"
        made = self.must(f"{paint} --model sketch", user=True).splitlines()
        self.hold(len(made) == 2, f"two pictures: {made}")
        self.must("gridbrush library verify", user=True)
        self.window(display)

    def window(self, display: screen.Display) -> None:
        """It paints, a second start raises it, and it closes when it is told to."""
        command = self.inside(f"exec env DISPLAY={display.name} gridbrush", user=True)
        started = time.monotonic()
        with subprocess.Popen(command) as window:
            try:
                # New pictures bring new colours; a tile that waits for its picture has a few.
                seen = self._colours + 3000
                shot = display.wait_for(lambda shot: shot.colours > seen, seconds=60)
                self._colours = shot.colours
                self.say(f"painted after {time.monotonic() - started:.1f} s at most")
                self.open_with(display)
            finally:
                display.keep(FOLDER / f"{self.suite}.png")
                for pid in self.pids():
                    os.kill(pid, signal.SIGTERM)
            self.hold(window.wait(30) == 0, "it closes when it is told to")

    def open_with(self, display: screen.Display) -> None:
        """A second start, with a picture: it ends, and the window takes the picture."""
        found = f"$(find '{LIBRARY}' -name '*.png' | head -n 1)"
        second = f'DISPLAY={display.name} timeout 30 gridbrush "{found}"'
        self.must(second, user=True)
        inputs = self.root / LIBRARY.lstrip("/") / ".gridbrush" / "inputs"
        end = time.monotonic() + 20
        while not (inputs.is_dir() and any(inputs.iterdir())):
            self.hold(time.monotonic() < end, "the picture of the second start is a reference")
            time.sleep(0.1)

    def pids(self) -> list[int]:
        """The processes of the program's window, not those it decodes pictures in."""
        ours = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if words[0] == b"gridbrush" and b"--worker" not in words:
                    ours.append(int(folder.name))
        return ours

    def linked(self) -> None:
        """Every library the program may load is in it, or came with what it depends on."""
        find = "find /usr/lib/gridbrush -name '*.so*' -type f -exec ldd {} + 2>/dev/null"
        lost = {line.split()[0] for line in self.must(find).splitlines() if "not found" in line}
        own = {path.name for path in bundle.PROGRAM.rglob("*.so*")}
        self.hold(not lost - own, f"libraries are missing: {sorted(lost - own)}")

    def purge(self) -> None:
        """Nothing stays but what the user made."""
        self.say("purge")
        before = self.pictures()
        self.must("apt-get purge -qq -y gridbrush")
        self.hold(self.pictures() == before, "the library outlives the program")
        find = "find / -xdev -iname '*gridbrush*' -not -path '/home/*' -not -path '/proc/*'"
        kept = {f"/{deb().name}"}
        left = [name for name in self.must(find).splitlines() if name not in kept]
        self.hold(not left, f"leftovers: {left}")

    def pictures(self) -> dict[str, str]:
        """The originals and what each one's bytes are."""
        find = f"cd '{LIBRARY}' && find . -name '*.png' -exec sha256sum {{}} +"
        lines = (line.split(maxsplit=1) for line in self.must(find).splitlines())
        found = {name: digest for digest, name in lines}
        self.hold(bool(found), "there are pictures")
        return found

    def inside(
        self, command: str, *, user: bool, environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """How a command gets in there; the user's in a session with a keyring."""
        if not user:
            return super().inside(command, user=False, environment=environment)
        keyring = "printf x | gnome-keyring-daemon --unlock --components=secrets --daemonize"
        session = f"{keyring} >/dev/null 2>&1; {command}"
        return super().inside(
            f"exec dbus-run-session -- sh -c {shlex.quote(session)}",
            user=True,
            environment={"XDG_RUNTIME_DIR": RUNTIME, **(environment or {})},
        )


def older(path: Path) -> str:
    """The same package as if it were an older version, with a file the new one lacks."""
    tree = FOLDER / "older"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", str(deb()), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    text = control.read_text(encoding="utf-8")
    control.write_text(text.replace(f"Version: {identity.version()}", f"Version: {OLD}"), "utf-8")
    (tree / OLD_ONLY).write_text("old\n", encoding="utf-8")
    build = ["dpkg-deb", "-Znone", "--root-owner-group", "--build", str(tree), str(path)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return f"/{path.name}"


if __name__ == "__main__":
    sys.exit(main())
