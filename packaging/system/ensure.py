"""Sees to the system's own packages: `ensure.py run` for the program, `test` for the tests.

`package` is for building its packages, `release` for the kinds that a release has besides.

Nothing is asked for that is there already, whatever package it came from. What is missing is
installed when this runs as root on a system with apt-get; everywhere else the one command that
installs it is printed, and the run stops. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LISTS = {
    "run": ("run.txt",),
    "test": ("run.txt", "test.txt"),
    "package": ("run.txt", "package.txt"),
    "release": ("run.txt", "package.txt", "release.txt"),
}
MANAGERS = {
    "apt-get": "apt-get install -y --no-install-recommends",
    "dnf": "dnf install -y",
    "pacman": "pacman -S --needed --noconfirm",
    "zypper": "zypper --non-interactive install",
}
# Programs that are not meant for a shell lie outside PATH.
PROGRAMS = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/libexec", "/usr/lib/at-spi2-core", "/usr/lib"]
)
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
SYSTEM_PYTHON = "/usr/bin/python3"


def main(purpose: str, *, folder: Path = FOLDER, root: bool | None = None) -> int:
    """See to everything `purpose` (a name in LISTS) needs; 0 when it is all there."""
    if not sys.platform.startswith("linux"):
        return 0
    root = os.geteuid() == 0 if root is None else root
    lists = [folder / name for name in LISTS[purpose]]
    missing = [(probe, names) for probe, names in wanted(lists) if not there(probe)]
    if not missing:
        return 0
    manager = next((name for name in MANAGERS if shutil.which(name)), None)
    if manager is None:
        probes = " ".join(probe.partition(":")[2] or "a font" for probe, _ in missing)
        return stop(f"Missing from this system, install them by its own means: {probes}")
    column = list(MANAGERS).index(manager)
    packages = " ".join(dict.fromkeys(names[column] for _, names in missing))
    if not root or manager != "apt-get":
        sudo = "" if root else "sudo "
        return stop(
            f"System packages are missing. Install them, then run make again:\n\n"
            f"    {sudo}{MANAGERS[manager]} {packages}\n"
        )
    print(f"Installing system packages: {packages} ...", flush=True)
    if not apt(packages.split()):
        return stop(f"apt-get could not install: {packages}")
    if absent := [probe for probe, _ in missing if not there(probe)]:
        return stop(f"Installed, but still not found: {' '.join(absent)}")
    return 0


def wanted(lists: list[Path]) -> Iterator[tuple[str, list[str]]]:
    """The probe and the package names of every line."""
    for path in lists:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                probe, *names = line.split()
                yield probe, names


def there(probe: str) -> bool:
    """Whether the thing a line is about can be found on this system."""
    kind, _, name = probe.partition(":")
    if kind == "lib":
        return loads(name)
    if kind == "cmd":
        return shutil.which(name, path=PROGRAMS) is not None
    if kind == "file":
        return Path(name).exists()
    if kind == "font":
        folders = (Path(folder).expanduser() for folder in FONTS)
        return any(path for folder in folders for path in folder.rglob("*.[to]t[fc]"))
    if kind == "python":
        if not Path(SYSTEM_PYTHON).exists():
            return False
        find = f"import importlib.util as u, sys; sys.exit(u.find_spec({name!r}) is None)"
        return subprocess.run([SYSTEM_PYTHON, "-c", find], check=False).returncode == 0
    raise ValueError(f"unknown probe {probe}")


def loads(library: str) -> bool:
    """Whether the dynamic linker finds this library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt(packages: list[str]) -> bool:
    """Install with apt-get, asking nothing."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A mirror that is down for the moment is no reason to stop: the lists at hand may do.
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    wait = ["-o", "DPkg::Lock::Timeout=120"]  # another apt-get may be at work
    install = [*MANAGERS["apt-get"].split(), "-qq", *wait, *packages]
    done = subprocess.run(install, env=quiet, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


def stop(sentence: str) -> int:
    """The reason for stopping, and the exit code that goes with it."""
    print(sentence, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    if sys.argv[1:] not in [[name] for name in LISTS]:
        sys.exit(f"usage: ensure.py {'|'.join(LISTS)}")
    sys.exit(main(sys.argv[1]))
