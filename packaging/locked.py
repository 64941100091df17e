"""Virtual environments made from the lock files in requirements/.

The locks are complete and nothing is resolved again: a release that appears tomorrow changes
nothing. Every package must match a hash, none is built on the way, and afterwards the environment
is checked as a whole. uv does the work where it is on PATH, pip where it is not. Of what the user
set for them, only the way to the packages counts. Standard library only, for Python from 3.11 on.

`locked.py FOLDER NAME` makes an environment of requirements/NAME.txt; `locked.py --target FOLDER
NAME` puts the packages into a plain folder.
"""

from __future__ import annotations

import configparser
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
SUFFIX = ".exe" if os.name == "nt" else ""
STAMP = "installed"
CHECKOUT = "gridbrush"

PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]

WAYS = {
    "index-url", "extra-index-url", "no-index", "find-links", "trusted-host", "proxy", "cert",
    "client-cert", "keyring-provider", "timeout", "default-timeout", "retries", "cache-dir",
    "no-cache-dir",
}  # fmt: skip
"""pip's settings of how packages are reached. No other changes where they go and which they are."""

UV_WAYS = (
    "UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER", "UV_HTTP_", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_CREDENTIALS_DIR",
    "UV_CACHE_DIR", "UV_LINK_MODE", "UV_CONCURRENT_", "UV_OFFLINE", "UV_NO_INDEX",
    "UV_REQUEST_TIMEOUT", "UV_CONFIG_FILE",
)  # fmt: skip
"""The same of uv, by how their names begin."""

WRAPPED = re.compile(rb"(?<=\A#!/bin/sh\n'''exec' ).*(?= \"\$0\" \"\$@\"\n)")
"""Where an installed script names a Python that cannot stand in its first line."""

NOT_REACHED = (
    " Where no version of a package\nwas found, the package index was not reached: look at the"
    " network, behind a proxy at\nHTTPS_PROXY, and for an index of your own at PIP_INDEX_URL."
)

LITTLE = 50_000_000
"""Free bytes below which a failure is put down to the disk."""


class NotInstalled(Exception):
    """The environment could not be made; says why where nothing was printed yet."""


def lock_of(name: str) -> Path:
    """The lock file of that name."""
    return ROOT / "requirements" / f"{name}.txt"


def fingerprint(lock: Path, version: str = sys.version) -> str:
    """Hash of the lock and of the Python it is installed for."""
    return hashlib.sha256(lock.read_bytes() + version.encode()).hexdigest()


def empty(folder: Path) -> None:
    """Remove what is in a folder; it may be a link or a volume, and stays."""
    for one in folder.iterdir() if folder.exists() else ():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def python_in(folder: Path) -> Path:
    """The Python of an environment."""
    return folder / SCRIPTS / f"python{SUFFIX}"


def environment(folder: Path, name: str) -> Path:
    """Make an environment of one lock anew where it is not what the lock says; its Python.

    Raises NotInstalled.
    """
    lock, stamp = lock_of(name), folder / STAMP
    python, wanted = python_in(folder), fingerprint(lock)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and runs(python):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    make(folder)
    install(python, lock)
    check(python)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def target(folder: Path, name: str) -> None:
    """Put the packages of a lock into a folder that goes onto a path. Raises NotInstalled."""
    lock, stamp = lock_of(name), folder / STAMP
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    install(Path(sys.executable), lock, "--target", str(folder))
    stamp.write_text(wanted, encoding="utf-8")


def make(folder: Path, run: Callable[[list[str]], bool] | None = None) -> None:
    """An empty environment with this Python. Raises NotInstalled.

    `run` runs a command and says whether it succeeded.
    """
    run = run or call
    # Not that of an environment: it may be the one that was just removed.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        # Not by way of a link: venv refuses it.
        if run([python, "-m", "venv", str(folder.resolve())]):
            return
        raise NotInstalled(f"{folder} could not be made. The lines above say why.{full(folder)}")
    if (uv := shutil.which("uv")) and run([uv, "venv", "--quiet", "--python", python, str(folder)]):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    raise NotInstalled(
        f"{python} cannot make a virtual environment. "
        f"On Debian and Ubuntu: apt-get install python3-venv (or python{version}-venv)"
    )


def install(python: Path, lock: Path, *options: str) -> None:
    """Install all of a lock, and nothing else. Raises NotInstalled."""
    locked = ["--no-deps", "--require-hashes", "-r", str(lock), *options]
    uv = shutil.which("uv")
    by_uv = ["pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    if uv and call([uv, *by_uv, "--no-build", *locked]) and (options or has(python, named(lock))):
        return
    if uv:
        print("uv could not install them; pip tries ...", flush=True)
    with_pip(python, "--only-binary", ":all:", *locked)
    if options:
        return
    unwrap(python.parent)
    if not has(python, named(lock)):
        raise NotInstalled(f"The packages went elsewhere than into {python.parent.parent}.")


def install_checkout(python: Path, checkout: Path = ROOT) -> None:
    """Install a checkout, by default this one, editable.

    The build backend is there already. Raises NotInstalled.
    """
    project = ["--no-build-isolation", "--no-deps", "--no-index", "--editable", str(checkout)]
    uv = shutil.which("uv")
    by_uv = ["pip", "install", "--quiet", "--python", str(python)]
    if uv and call([uv, *by_uv, *project]) and has(python, {CHECKOUT}):
        return
    with_pip(python, *project)
    unwrap(python.parent)


def with_pip(python: Path, *arguments: str) -> None:
    """Install with the environment's own pip, or that of .venv. Raises NotInstalled."""
    pip = [str(python), *PIP]
    outside = python_in(ROOT / ".venv")
    if not runs(python, "import pip"):
        if runs(outside, "import pip"):
            pip = [str(outside), *PIP, "--python", str(python)]
        else:
            call([str(python), "-m", "ensurepip"])
    if not call([*pip, "-q", "install", *arguments], pip_ways(pip)):
        raise NotInstalled(
            "The packages could not be installed. The lines above say why."
            + (full(ROOT) or NOT_REACHED)
        )


def pip_ways(pip: list[str]) -> dict[str, str]:
    """How the user's pip is told to reach packages, by variables and in files: as variables."""
    names = {f"PIP_{way.upper().replace('-', '_')}": way for way in WAYS}
    own = {name: value for name, value in os.environ.items() if name in names}
    file = os.environ.get("PIP_CONFIG_FILE")
    if file == os.devnull:
        return own
    ours = {name: value for name, value in clean().items() if name != "PIP_CONFIG_FILE"}
    # `config list` heeds what it finds (`user = true`), `config debug` names the files in any case.
    said = run([*pip, "-vvv", "config", "debug"], ours).stdout
    kinds = re.findall(r"^(global|user|site):\n((?:  .*\n?)*)", said, re.MULTILINE)
    kinds.sort(key=lambda kind: ("global", "user", "site").index(kind[0]))
    files = [one for _kind, lines in kinds for one in re.findall(r"  (.*), exists: True", lines)]
    found = configparser.RawConfigParser(strict=False)
    # What is said later counts more; one that cannot be read counts for nothing.
    for one in [*files, *([file] if file else [])]:
        with contextlib.suppress(OSError, UnicodeError, configparser.Error):
            found.read_string(Path(one).read_text(encoding="utf-8"))
    said_in = {
        name: " ".join(found[section][way].split())
        for section in ("global", "install")
        for name, way in names.items()
        if found.has_option(section, way)
    }
    return {**said_in, **own}


def named(lock: Path) -> set[str]:
    """The packages that a lock has for every system."""
    text = lock.read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+)==\S+(?: \\| --hash.*)?$", text, re.MULTILINE))


def has(python: Path, packages: set[str]) -> bool:
    """Whether an environment has them all: uv's settings may send them elsewhere."""
    code = "import importlib.metadata as m\nfor d in m.distributions(): print(d.metadata['Name'])"
    names = run([str(python), "-c", code]).stdout.splitlines()
    return packages <= {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def unwrap(scripts: Path) -> None:
    """Let scripts find the Python beside them where sh would read its path in another way.

    pip writes the path between double quotes, in which a `$` means something.
    """
    if not re.search(r"[$`\\\"]", str(scripts)):
        return
    beside = b'"$(dirname -- "$(realpath -- "$0")")"/python'
    for script in scripts.iterdir():
        if script.is_file() and not script.is_symlink():
            text = script.read_bytes()
            if (changed := WRAPPED.sub(lambda _found: beside, text, count=1)) != text:
                script.write_bytes(changed)


def full(folder: Path) -> str:
    """A sentence where the disk has no space left; empty where it has."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return " The disk is full." if shutil.disk_usage(there).free < LITTLE else ""


def check(python: Path) -> None:
    """Hold what every installed package asks for against what is there. Raises NotInstalled."""
    uv = shutil.which("uv")
    by_uv = [uv, "pip", "check", "--quiet", "--python", str(python)] if uv else []
    by_pip = [str(python), *PIP, "check"]
    done = run(by_pip if runs(python, "import pip") else by_uv)
    if done.returncode:
        raise NotInstalled(f"The installed packages do not fit together:\n{done.stdout}")


def runs(python: Path, code: str = "") -> bool:
    """Whether this Python starts and runs the code."""
    return python.exists() and run([str(python), "-c", code]).returncode == 0


def run(
    command: list[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command whose words are kept, with only our environment or the one that is given."""
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
        env=clean() if environment is None else environment,
    )


def call(command: list[str], more: Mapping[str, str] | None = None) -> bool:
    """Run a command that speaks for itself, with `more` in its environment."""
    return subprocess.run(command, check=False, env={**clean(), **(more or {})}).returncode == 0


def clean() -> dict[str, str]:
    """Our environment without what makes pip, uv or Python do something else than they are told."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "UV_", "PYTHON")) or name.startswith(UV_WAYS)
    } | {"PIP_CONFIG_FILE": os.devnull}


def main(arguments: list[str]) -> int:
    """Make one environment or folder; 0 when it stands."""
    match arguments:
        case ["--target", folder, name]:
            target(Path(folder), name)
        case [folder, name]:
            environment(Path(folder), name)
        case _:
            print("usage: locked.py [--target] FOLDER NAME", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NotInstalled as reason:
        sys.exit(str(reason))
