"""The packaged program's first line; what follows is `studio/__main__.py`."""

from __future__ import annotations

import os
import sys


def give_back(environ: dict[str, str] | os._Environ[str]) -> None:
    """Undo what the start of a packaged program does to the environment.

    Programs that are started from here, such as the browser, must find the system's own libraries,
    not those of this folder. This process looked its paths up when it began. Another start of this
    very program is to begin as the first one did, so it must not be told that it is a child.
    """
    for name in [name for name in environ if name.startswith("_PYI_")]:
        del environ[name]
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"):
        before = environ.pop(f"{name}_ORIG", None)
        if before is not None:
            environ[name] = before
        elif getattr(sys, "frozen", False):
            environ.pop(name, None)


if __name__ == "__main__":
    give_back(os.environ)
    from studio.__main__ import main

    sys.exit(main())
