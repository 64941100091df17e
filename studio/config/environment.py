"""What this process is given by its environment, what it passes on, and what it keeps to itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

if sys.platform != "win32":
    import resource

KEY_VARIABLE = "GRIDBRUSH_API_KEY"
"""A key for this run only, before any other."""


def own_environment() -> dict[str, str]:
    """This process's environment, with the key that is taken out of what its children get.

    A file manager, a browser or a notification tool that the window starts has no use for it.
    """
    taken = dict(os.environ)
    os.environ.pop(KEY_VARIABLE, None)
    return taken


_FOR_WORKER = frozenset(
    {
        # What Windows and macOS need to start a program, and what finds its libraries.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATH", "TEMP", "TMP", "APPDATA"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        # How names of files are read, and how this Python was started.
        *("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONHOME", "PYTHONPATH"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "MALLOC_MMAP_THRESHOLD_"),
    }
)
_DUMPABLE = 4
"""PR_SET_DUMPABLE of `prctl`."""

_TESTS = "GRIDBRUSH_TEST_"
"""By names that begin so, tests find the processes that they left."""


def worker_environment() -> dict[str, str]:
    """The environment of the decoding process: no key, no proxy, no address of a bus or display."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _FOR_WORKER or name.startswith(_TESTS)
    }


def keep_memory_private() -> None:
    """See to it that the system writes no image of this process, and lets no other one look in.

    An image would hold the key. The limit alone does not keep a collector of crashes from it.
    """
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)
