"""Renews the lock: `requirements/run.txt` and its neighbours, for `make lock`.

The lock holds package versions, markers and hashes for Linux, Windows and macOS and for Python 3.11
to 3.13, and nothing else. A release must be ten days old to enter it: most poisoned packages are
found within days. uv resolves; where it is not on PATH, it is put into build/lock first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "pyproject.toml"
COOLDOWN = "10 days"


def main() -> int:
    """Resolve what the program needs, and the same with what developing and packaging it need."""
    uv = shutil.which("uv") or own_uv()
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
    return 0


def resolve(uv: str, options: list[str]) -> None:
    """One file, for every system and Python at once."""
    everywhere = ["--universal", "--python-version", "3.11", "--exclude-newer", COOLDOWN]
    bare = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command = [uv, "pip", "compile", "--quiet", *everywhere, *bare, *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def own_uv() -> str:
    """uv in an environment of its own, so that the lock never depends on itself."""
    home = ROOT / "build" / "lock"
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    if not shutil.which("uv", path=str(scripts)):
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(scripts / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", "uv>=0.9.17"], check=True)
    return shutil.which("uv", path=str(scripts)) or "uv"


if __name__ == "__main__":
    sys.exit(main())
