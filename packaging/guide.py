"""Builds the guide as a site, into build/docs/html: `make docs`.

A reference that leads nowhere, a picture that is not there or a page nobody leads to ends it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys

import bundle
import identity

PLACE = identity.ROOT / "build" / "docs"
VENV = PLACE / "venv"
SCRIPTS = VENV / bundle.PYTHON.parent.name


def main() -> int:
    """Install the generator from the lock, if that has not been done; build."""
    lock = identity.ROOT / "requirements" / "docs.txt"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(VENV, ignore_errors=True)
        bundle.call(sys.executable, "-m", "venv", VENV)
        bundle.call(
            SCRIPTS / bundle.PYTHON.name, "-m", "pip", "-qq", "--disable-pip-version-check",
            "--no-input", "install", "--require-hashes", "--only-binary", ":all:", "-r", lock,
        )  # fmt: skip
        stamp.write_text(wanted, encoding="utf-8")
    site = PLACE / "html"
    shutil.rmtree(site, ignore_errors=True)
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"]
    command = [SCRIPTS / "sphinx-build", *strict, "-d", PLACE / "trees", "-b", "html"]
    done = subprocess.run([*map(str, command), identity.ROOT / "docs", site], check=False)
    if done.returncode == 0:
        print(site / "index.html")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
