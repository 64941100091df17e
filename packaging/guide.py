"""Builds the guide as a site, into build/docs/html: `make docs`.

A reference that leads nowhere, a picture that is not there or a page nobody leads to ends it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import identity
import locked

PLACE = identity.ROOT / "build" / "docs"
VENV = PLACE / "venv"


def main() -> int:
    """Install the generator from the lock, if that has not been done; build."""
    try:
        scripts = locked.environment(VENV, "docs").parent
    except locked.NotInstalled as reason:
        raise SystemExit(str(reason)) from None
    site = PLACE / "html"
    shutil.rmtree(site, ignore_errors=True)
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"]
    command = [scripts / "sphinx-build", *strict, "-d", PLACE / "trees", "-b", "html"]
    done = subprocess.run([*map(str, command), identity.ROOT / "docs", site], check=False)
    if done.returncode == 0:
        print(site / "index.html")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
