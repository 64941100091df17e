"""Environment variables of this process and its children, and protection of its memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

if sys.platform != "win32":
    import resource

KEY_VARIABLE = "GRIDBRUSH_API_KEY"
"""Variable with a key for this run only, which takes precedence over any other."""


def own_environment() -> dict[str, str]:
    """Copy of the environment, taken before the key is removed from it for child processes."""
    taken = dict(os.environ)
    os.environ.pop(KEY_VARIABLE, None)
    return taken


_FOR_WORKER = frozenset(
    {
        # Needed by Windows and macOS to start a program, and to find libraries.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATH", "TEMP", "TMP", "APPDATA"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        # Where fonts are.
        *("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_HOME"),
        # Encoding of file names, and the way this Python was started.
        *("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONHOME", "PYTHONPATH"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "MALLOC_MMAP_THRESHOLD_"),
    }
)
_DUMPABLE = 4
"""PR_SET_DUMPABLE of `prctl`."""

_TESTS = "GRIDBRUSH_TEST_"
"""Prefix of variables by which tests find processes they left behind."""


def worker_environment() -> dict[str, str]:
    """Environment of a worker process: no key, no proxy, no address of a bus or display."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _FOR_WORKER or name.startswith(_TESTS)
    }


def keep_memory_private() -> None:
    """Disable core dumps of this process, and access to its memory by other processes.

    A dump would contain the key. The resource limit alone does not stop crash collectors.
    """
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)
