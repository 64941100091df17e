"""Renews the lock: `requirements/run.txt` and its neighbours, for `make lock`.

The lock holds package versions, markers and hashes for Linux, Windows and macOS and for Python 3.11
to 3.13, and nothing else. A release must be ten days old to enter it: most poisoned packages are
found within days. uv resolves; where it is not on PATH, it is put into build/lock first.

Afterwards a wheel with a locked hash must exist of every package, for every Python and platform,
and what `make run` downloads must not be more than is promised; `requirements/run.json` says how
much it is. `lock.py --check` looks for that alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import fresh
import install
import locked

ROOT = locked.ROOT
PROJECT = "pyproject.toml"
DOWNLOADS = ROOT / "requirements" / "run.json"
COOLDOWN = "10 days"

PYTHONS = ("3.11", "3.12", "3.13")

PLATFORMS = {
    "Linux x86-64": f"x86_64-manylinux_{'_'.join(map(str, install.GLIBC['x86_64']))}",
    "Linux aarch64": f"aarch64-manylinux_{'_'.join(map(str, install.GLIBC['aarch64']))}",
    "Windows x86-64": "x86_64-pc-windows-msvc",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS Intel": "x86_64-apple-darwin",
}
"""What the locks are for, as uv calls it; for Linux with the oldest C library we say is enough."""

EXCEPT = {
    # cryptography, which the wire's official client asks for, has no wheel for Intel Macs.
    ("dev", "macOS Intel"),
}

CHECKED = ("run", "dev", "package")

MOST_DOWNLOADED = {
    platform: 125e6 if platform.startswith("macOS") else fresh.MOST_DOWNLOADED
    for platform in PLATFORMS
}
"""Bytes that `make run` may download. Qt's wheel for macOS is for both kinds of processor."""


class Offer(NamedTuple):
    """The wheels of a package that fit somewhere: their hashes, and the bytes of the largest."""

    hashes: set[str]
    size: int


class Found(NamedTuple):
    """What a lock has for one platform and Python.

    Attributes:
        problems: a line for each package without a wheel.
        size: bytes of all wheels.
    """

    problems: list[str]
    size: int


def main(
    arguments: list[str], *, checked: Sequence[str] = CHECKED, recorded: Path = DOWNLOADS
) -> int:
    """Resolve all locks, then look for their wheels; with --check the second alone.

    What `make run` downloads goes into the file `recorded`.
    """
    if arguments not in ([], ["--check"]):
        print("usage: lock.py [--check]", file=sys.stderr)
        return 2
    try:
        uv = shutil.which("uv") or own_uv()
        if not arguments:
            renew(uv)
    except locked.NotInstalled as error:
        print(error, file=sys.stderr)
        return 1
    found = look(uv, checked)
    downloads = {
        f"{platform}, Python {python}": there.size
        for (name, platform, python), there in found.items()
        if name == "run"
    }
    problems = [line for there in found.values() for line in there.problems]
    problems += too_much(downloads)
    print("".join(f"{line}\n" for line in problems), end="", file=sys.stderr)
    if problems:
        return 1
    if not arguments:
        record(downloads, recorded)
    pairs = len(checked) * len(PLATFORMS) - len(EXCEPT)
    print(f"A wheel for every package: {pairs} locks and platforms, {len(PYTHONS)} Pythons")
    for where, size in downloads.items():
        print(f"make run downloads {size / 1e6:.2f} MB on {where}")
    return 0


def renew(uv: str) -> None:
    """Resolve what the program needs, and the same with what developing and packaging it need."""
    # Versions that are still allowed stay; `make lock UPGRADE=1` takes the newest.
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    names = ("run", "dev", "package", "docs", "fuzz", "audit")
    run, dev, package, docs, fuzz, audit = (ROOT / "requirements" / f"{name}.txt" for name in names)
    resolve(uv, [*upgrade, "--output-file", str(run), PROJECT])
    develop = ["--group", "dev", "--constraints", str(run), PROJECT]
    resolve(uv, [*upgrade, "--output-file", str(dev), *develop])
    freeze = ["--group", "package", "--constraints", str(run), PROJECT]
    resolve(uv, [*upgrade, "--output-file", str(package), *freeze])
    resolve(uv, [*upgrade, "--output-file", str(docs), "--group", f"{PROJECT}:docs"])
    resolve(uv, [*upgrade, "--output-file", str(audit), "--group", f"{PROJECT}:audit"])
    # Alone, because it goes into a folder of its own; it comes as wheels only.
    alone = ["--only-binary", ":all:", "--group", f"{PROJECT}:fuzz"]
    resolve(uv, [*upgrade, "--output-file", str(fuzz), *alone])


def resolve(uv: str, options: list[str]) -> None:
    """One file, for every system and Python at once. Raises NotInstalled."""
    everywhere = ["--universal", "--python-version", "3.11", "--exclude-newer", COOLDOWN]
    bare = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command = [uv, "pip", "compile", "--quiet", *everywhere, *bare, *options]
    done = subprocess.run(
        command, cwd=ROOT, env=locked.clean(), check=False, stdout=subprocess.DEVNULL
    )
    if done.returncode:
        raise locked.NotInstalled("uv could not renew the lock. The lines above say why.")


def look(uv: str, checked: Sequence[str] = CHECKED) -> dict[tuple[str, str, str], Found]:
    """These locks on every platform and Python."""
    places = [
        (name, platform, python)
        for name in checked
        for platform in PLATFORMS
        for python in PYTHONS
        if (name, platform) not in EXCEPT
    ]
    # uv waits for the index most of the time.
    with ThreadPoolExecutor(8) as several:
        return dict(
            zip(places, several.map(lambda place: look_there(uv, *place), places), strict=True)
        )


def look_there(uv: str, name: str, platform: str, python: str) -> Found:
    """One lock on one platform and Python."""
    where = f"{name}.txt, {platform}, Python {python}"
    text = locked.lock_of(name).read_text(encoding="utf-8")
    known = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    bare = "\n".join(re.findall(r"^[a-z0-9].*?(?= \\$|$)", text, re.MULTILINE))
    try:
        wheels = wheels_for(uv, bare, PLATFORMS[platform], python)
    except NoWheel as reason:
        return Found([f"{where}: {reason}"], 0)
    problems = [
        f"{where}: no wheel of {package} has a hash of the lock"
        for package, offer in wheels.items()
        if known.isdisjoint(offer.hashes)
    ]
    return Found(problems, sum(offer.size for offer in wheels.values()))


def too_much(downloads: dict[str, int]) -> Iterator[str]:
    """A line for each place where `make run` downloads more than it may."""
    for where, size in downloads.items():
        most = MOST_DOWNLOADED[where.partition(", ")[0]]
        if size > most:
            yield f"make run downloads {size / 1e6:.2f} MB on {where}; at most {most / 1e6:.0f}"


def record(downloads: dict[str, int], file: Path) -> None:
    """Write down what this lock downloads, for the tests, which ask no index."""
    said = {"lock": locked.fingerprint(locked.lock_of("run"), ""), "bytes": downloads}
    text = json.dumps(said, indent=1, sort_keys=True)
    file.write_text(f"{text}\n", encoding="utf-8")


class NoWheel(Exception):
    """uv's reason why a package has no wheel there."""


def wheels_for(uv: str, bare: str, platform: str, python: str) -> dict[str, Offer]:
    """The packages a lock installs there, each with the wheels that fit.

    Args:
        bare: names, versions and markers, without hashes.

    Raises NoWheel.
    """
    command = [
        uv, "pip", "compile", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-header",
        "--python", sys.executable, "--no-python-downloads", "--python-platform", platform,
        "--python-version", python, "--format", "pylock.toml", "-",
    ]  # fmt: skip
    done = subprocess.run(
        command, input=bare, env=locked.clean(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoWheel(" ".join(done.stderr.split()))
    return {
        package["name"]: Offer(
            {wheel["hashes"]["sha256"] for wheel in package.get("wheels", ())},
            # An index that gives no sizes is not one to lock with.
            max((wheel["size"] for wheel in package.get("wheels", ())), default=0),
        )
        for package in tomllib.loads(done.stdout)["packages"]
    }


def own_uv() -> str:
    """uv in an environment of its own, so that the lock never depends on itself.

    Raises NotInstalled.
    """
    home = ROOT / "build" / "lock"
    scripts = home / locked.SCRIPTS
    if not shutil.which("uv", path=str(scripts)):
        locked.make(home)
        locked.with_pip(locked.python_in(home), "uv>=0.9.17")
    return shutil.which("uv", path=str(scripts)) or "uv"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
