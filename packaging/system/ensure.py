"""Sees to the system's own packages: `ensure.py run` for the program, `test` for the tests.

`package` is for building its packages, `release` for the kinds that a release has besides, `bench`
for the benchmarks and their peers, `assistive` for the tests with a screen reader and an input
method.

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
import sysconfig
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LISTS = {
    "run": ("run.txt",),
    "test": ("run.txt", "test.txt"),
    "assistive": ("run.txt", "test.txt", "assistive.txt"),
    "bench": ("run.txt", "test.txt", "bench.txt"),
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
NAMELESS = {"font:": "a font", "libpython:": "the shared library of Python"}
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
SYSTEM_PYTHON = "/usr/bin/python3"
STATIC = (
    f"{sys.executable} was built without a shared library, so no program can be made with it. "
    "Build it with --enable-shared, or name another: PYTHON=/usr/bin/python3 make package"
)


def main(purpose: str, *, folder: Path = FOLDER, root: bool | None = None) -> int:
    """Install whatever `purpose` (a name in LISTS) lacks; 0 when everything is there."""
    if sys.platform == "linux":
        return install(purpose, folder, root=os.geteuid() == 0 if root is None else root)
    else:
        return 0


def install(purpose: str, folder: Path, *, root: bool) -> int:
    """Install what the lists of `purpose` lack, or print the command that does."""
    lists = [folder / name for name in LISTS[purpose]]
    missing = [(probe, names) for probe, names in wanted(lists) if not there(probe)]
    if not missing:
        return 0
    if any(probe == "libpython:" for probe, _ in missing) and not own_library():
        return stop(STATIC)
    manager = next((name for name in MANAGERS if shutil.which(name)), None)
    if manager is None:
        probes = " ".join(probe.partition(":")[2] or NAMELESS[probe] for probe, _ in missing)
        return stop(f"Missing from this system, install them by its own means: {probes}")
    column = list(MANAGERS).index(manager)
    packages = " ".join(dict.fromkeys(names[column] for _, names in missing))
    if not root or manager != "apt-get":
        sudo = "" if root else "sudo "
        # A fresh system has no lists of packages, an old one lists of those that are gone.
        renew = f"{sudo}apt-get update && " if manager == "apt-get" else ""
        return stop(
            f"System packages are missing. Install them, then run make again:\n\n"
            f"    {renew}{sudo}{MANAGERS[manager]} {packages}\n"
        )
    print(f"Installing system packages: {packages} ...", flush=True)
    if not apt(packages.split()):
        return stop(
            f"apt-get could not install: {packages}\n"
            "The lines above say why. Mend that, or install them yourself, then run make again."
        )
    if absent := [probe for probe, _ in missing if not there(probe)]:
        return stop(f"Installed, but still not found: {' '.join(absent)}")
    return 0


def wanted(lists: list[Path]) -> Iterator[tuple[str, list[str]]]:
    """Probe and package names of every line; `3.X` is the version of the Python that runs this."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for path in lists:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                probe, *names = line.split()
                yield probe, [name.replace("3.X", version) for name in names]


def there(probe: str) -> bool:
    """Whether the thing a line is about can be found on this system."""
    kind, _, name = probe.partition(":")
    if kind == "lib":
        return loads(name)
    if kind == "cmd":
        return shutil.which(name, path=PROGRAMS) is not None
    if kind == "file":
        return Path(name).exists()
    if kind == "libpython":
        library = own_library()
        return library is not None and library.exists()
    if kind == "font":
        # Not Path.expanduser: it raises for a user without a home.
        folders = (Path(os.path.expanduser(folder)) for folder in FONTS)  # noqa: PTH111
        return any(path for folder in folders for path in folder.rglob("*.[to]t[fc]"))
    if kind == "python":
        if not Path(SYSTEM_PYTHON).exists():
            return False
        find = f"import importlib.util as u, sys; sys.exit(u.find_spec({name!r}) is None)"
        return subprocess.run([SYSTEM_PYTHON, "-c", find], check=False).returncode == 0
    raise ValueError(f"unknown probe {probe}")


def own_library() -> Path | None:
    """Path of this Python's shared library, which PyInstaller needs; None for a static build.

    Debian's Python names one without having it: it is a package of its own.
    """
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return None
    name = str(sysconfig.get_config_var("INSTSONAME"))
    folders = (str(sysconfig.get_config_var("LIBDIR")), f"{sys.base_prefix}/lib")
    places = [Path(folder) / name for folder in folders]
    return next((place for place in places if place.exists()), places[0])


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
