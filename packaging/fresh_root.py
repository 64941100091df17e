"""A fresh Debian in a folder: made by debootstrap, kept, entered by chroot. Root only.

Nothing of this machine comes along but its way to the package mirrors: apt's proxies, pip's index
and certificate. Enter `ALONE` namespaces before using it, so that nothing stays mounted and no
process goes on, whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
NEEDS = ("debootstrap", "unshare", "Xvfb", "chroot", "apt-config")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

SUITES = ("bookworm", "trixie")
UBUNTU = "noble"
"""Tried as well where this machine's apt has a mirror of Ubuntu."""
USER = "designer"
HOME = "/home/Die Gestalterin Jörg"  # nobody's name is too odd

DESKTOP = ("dbus-daemon", "gnome-keyring")
"""What a desktop has and the program leaves to it: a session's bus and a keyring."""

SKIPPED = 77
"""Exit code of a test that could not run; whoever asked for it sees a failure."""

CERTIFICATES = "etc/ssl/outside.pem"
PIP_WAYS = {"index-url", "proxy", "trusted-host", "timeout", "cert"}
"""What pip must know to reach its index from here."""


class Failed(Exception):
    """Something does not hold; says what."""


class FreshRoot:
    """A fresh system.

    Attributes:
        suite: Debian's name of the release.
        root: its root folder.
    """

    def __init__(self, suite: str, folder: Path) -> None:
        self.suite = suite
        self.root = folder / suite
        self._base = folder / f"{suite}.tar"

    def make(self, packages: Iterable[str]) -> None:
        """Set it up with these packages: from the archive of the last time, or from the mirror."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        if not self._base.exists():
            self.say("debootstrap")
            ubuntu = ["--components=main,universe"] if self.suite == UBUNTU else []
            packages_at = mirror("ubuntu" if ubuntu else "debian")
            ask("debootstrap", "--variant=minbase", *ubuntu, self.suite, self.root, *packages_at)
            part = self._base.with_suffix(".part")
            ask("tar", "-C", self.root, "-cf", part, ".")
            part.rename(self._base)
        else:
            ask("tar", "-C", self.root, "-xf", self._base)
        for kind, place in (("proc", "proc"), ("devpts", "dev/pts"), ("tmpfs", "dev/shm")):
            (self.root / place).mkdir(exist_ok=True)
            ask("mount", "-t", kind, kind, self.root / place)
        (self.root / "etc/apt/apt.conf.d/90outside").write_text(apt_settings(), encoding="utf-8")
        refuse = self.root / "usr/sbin/policy-rc.d"  # no service starts in here
        refuse.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        refuse.chmod(0o755)
        for name in ("resolv.conf", "hosts"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(f"/etc/{name}", self.root / "etc" / name)
        self._bring_pip()
        self.must(f"useradd --create-home --shell /bin/sh --home-dir '{HOME}' {USER}")
        self.must("apt-get update -qq")
        self.apt(packages)

    def _bring_pip(self) -> None:
        ways = pip_settings()
        if certificates := ways.get("cert"):
            copy = self.root / CERTIFICATES
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(certificates, copy)
            ways["cert"] = f"/{CERTIFICATES}"
        lines = "".join(f"{name} = {value}\n" for name, value in ways.items())
        (self.root / "etc/pip.conf").write_text(f"[global]\n{lines}", encoding="utf-8")

    def apt(self, packages: Iterable[str]) -> None:
        """Install packages with nothing that they only recommend. Raises Failed."""
        self.must(f"apt-get install -qq -y --no-install-recommends {' '.join(packages)}")

    def must(self, command: str, *, user: bool = False) -> str:
        """Run a command in there; what it printed. Raises Failed when it fails."""
        done = self.run(command, user=user)
        if done.returncode:
            raise Failed(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def run(
        self, command: str, *, user: bool = False, seconds: float = 600
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in there, as the user or as root."""
        return subprocess.run(
            self.inside(command, user=user),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )

    def inside(
        self, command: str, *, user: bool, environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """How a command gets in there: nothing of this machine's environment comes along."""
        home = HOME if user else "/root"
        own = {
            "PATH": PATH,
            "LANG": "C.UTF-8",
            "HOME": home,
            **({} if user else {"DEBIAN_FRONTEND": "noninteractive"}),
            **(environment or {}),
        }
        bare = ["env", "-i", *(f"{name}={value}" for name, value in own.items())]
        enter = ["chroot", *([f"--userspec={USER}:{USER}"] if user else [])]
        shell = ["sh", "-c", f"cd {shlex.quote(home)} && {command}"]
        return [*enter, str(self.root), *bare, *shell]

    def hold(self, what: bool, words: str) -> None:  # noqa: FBT001
        """Raise Failed unless it is so."""
        if not what:
            raise Failed(words)

    def say(self, words: str) -> None:
        """Progress, for people."""
        print(f"{self.suite}: {words}", flush=True)


def why_not(user: int | None = None) -> str | None:
    """Why no fresh system can be made here; None when it can.

    `user` is the number of who wants it, by default that of this process.
    """
    if sys.platform == "linux":
        if (os.geteuid() if user is None else user) != 0:
            return "only root can make a fresh system"
        for program in NEEDS:
            if shutil.which(program) is None:
                return f"{program} is not installed"
        return None
    else:
        return "a fresh Debian is made on Linux"


def ask(*command: str | Path) -> None:
    """Run a command out here. Raises Failed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(words)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def mirror(distribution: str) -> list[str]:
    """Where this machine's apt gets packages of it; nothing where debootstrap has to know."""
    listing = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    shown = subprocess.run(listing, capture_output=True, text=True, check=False).stdout.split()
    own = [uri for uri in shown if uri.rstrip("/").endswith(f"/{distribution}")]
    return own[:1]


def apt_settings() -> str:
    """This machine's way to its mirror: proxies, and how much a mirror's clock is trusted."""
    shown = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    ways = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    return "".join(f"{line}\n" for line in shown.stdout.splitlines() if line.startswith(ways))


def pip_settings(python: str = sys.executable) -> dict[str, str]:
    """This machine's way to pip's index, where it is not the usual one."""
    listing = [python, "-m", "pip", "config", "list"]
    shown = subprocess.run(listing, capture_output=True, text=True, check=False).stdout
    found = {}
    for line in shown.splitlines():
        name, _equals, value = line.partition("=")
        if (option := name.rpartition(".")[2]) in PIP_WAYS:
            found[option] = value.strip("'\"")
    return found
