"""Installs the .deb on a fresh Debian without Python and uses it as its user would.

`make package-test`: an older version is installed with apt and used, upgraded to the one in dist/,
used again and purged. The window is shown on an Xvfb outside the fresh system, and what it painted
is looked at. Needs root, debootstrap and Xvfb; where they are not, it says so and is skipped.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import bundle
import identity
import packages
import screen

FOLDER = bundle.BUILD / "fresh"
SUITES = ("bookworm", "trixie")
USER = "designer"
HOME = "/home/Die Gestalterin Jörg"  # nobody's name is too odd
LIBRARY = f"{HOME}/Pictures/Gridbrush"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OLD = "0.0.1"
OLD_ONLY = "usr/lib/gridbrush/of-the-old-version"


ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


class Failed(Exception):
    """Something does not hold; says what."""


def main() -> int:
    """Test one Debian, or both; 0 when all holds or it cannot be tried here."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="Debian 13 too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if reason := why_not():
        print(f"skipped: {reason}")
        return 0
    if not options.inside:
        # In namespaces of its own: whatever happens, nothing stays mounted and nothing goes on.
        again = [sys.executable, __file__, "--inside", *(["--all"] if options.all else [])]
        return subprocess.run([*ALONE, *again], check=False).returncode
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
    if not sys.platform.startswith("linux"):
        return "a .deb is a matter of Linux"
    if os.geteuid() != 0:
        return "only root can make a fresh system"
    for program in ("debootstrap", "unshare", "Xvfb", "chroot", "apt-config"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not deb().exists():
        return f"there is no {deb().name}; `make package` makes it"
    return None


def deb() -> Path:
    """The package under test."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    return packages.DIST / f"{identity.NAME}_{identity.version()}_{machine}.deb"


class Fresh:
    """A fresh Debian in a folder.

    Attributes:
        root: its root folder.
    """

    def __init__(self, suite: str) -> None:
        self.suite = suite
        self.root = FOLDER / suite
        self._colours = 0

    def test(self) -> None:
        """Everything that is promised, in the order a user meets it."""
        self.make()
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

    def make(self) -> None:
        """From the archive of the last time, or from the mirror this machine's apt uses."""
        base = FOLDER / f"{self.suite}.tar"
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        if not base.exists():
            self.say("debootstrap")
            command = ["debootstrap", "--variant=minbase", self.suite, self.root, mirror()]
            self.ask([str(word) for word in command])
            self.ask(["tar", "-C", str(self.root), "-cf", f"{base}.part", "."])
            Path(f"{base}.part").rename(base)
        else:
            self.ask(["tar", "-C", str(self.root), "-xf", str(base)])
        self.ask(["mount", "-t", "proc", "proc", str(self.root / "proc")])
        (self.root / "etc/apt/apt.conf.d/90outside").write_text(apt_settings(), encoding="utf-8")
        refuse = self.root / "usr/sbin/policy-rc.d"  # no service starts in here
        refuse.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        refuse.chmod(0o755)
        for name in ("resolv.conf", "hosts"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(f"/etc/{name}", self.root / "etc" / name)
        self.must(f"useradd --create-home --home-dir '{HOME}' {USER}")
        self.must("apt-get update -qq")
        # What a desktop has and this program leaves to it: a session's bus and a keyring.
        self.must("apt-get install -qq -y --no-install-recommends dbus-daemon gnome-keyring")

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

    def must(self, command: str, *, user: bool = False) -> str:
        """Run a command in there; what it printed. Raises Failed when it fails."""
        done = self.run(command, user=user)
        if done.returncode:
            raise Failed(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def run(self, command: str, *, user: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command in there, as the user in a session with a keyring or as root."""
        return subprocess.run(
            self.inside(command, user=user),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
        )

    def inside(self, command: str, *, user: bool) -> list[str]:
        """How a command gets in there: nothing of this machine's environment comes along."""
        bare = ["env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        if not user:
            return ["chroot", str(self.root), *bare, "HOME=/root", "sh", "-c", command]
        keyring = "printf x | gnome-keyring-daemon --unlock --components=secrets --daemonize"
        session = f"mkdir -p -m 700 $XDG_RUNTIME_DIR; {keyring} >/dev/null 2>&1; {command}"
        own = [f"HOME={HOME}", "XDG_RUNTIME_DIR=/tmp/run-designer", "dbus-run-session", "--"]
        enter = ["chroot", f"--userspec={USER}", str(self.root), *bare, *own]
        return [*enter, "sh", "-c", f'cd "$HOME"; {session}']

    def hold(self, what: bool, words: str) -> None:  # noqa: FBT001
        """Raise Failed unless it is so."""
        if not what:
            raise Failed(words)

    def ask(self, command: list[str]) -> None:
        """Run a command out here."""
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def say(self, words: str) -> None:
        """Progress, for people."""
        print(f"{self.suite}: {words}", flush=True)


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


def mirror() -> str:
    """Where this machine's apt gets its packages; Debian's own address elsewhere."""
    listing = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    shown = subprocess.run(listing, capture_output=True, text=True, check=False).stdout.split()
    own = [uri for uri in shown if uri.rstrip("/").endswith("/debian")]
    return own[0] if own else "http://deb.debian.org/debian"


def apt_settings() -> str:
    """This machine's way to its mirror: proxies, and how much a mirror's clock is trusted."""
    shown = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    ways = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    return "".join(f"{line}\n" for line in shown.stdout.splitlines() if line.startswith(ways))


if __name__ == "__main__":
    sys.exit(main())
