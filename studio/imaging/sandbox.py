"""What the decoding process gives up for good: the network, other programs, writing.

No library for this is old enough to be trusted with it, and it is a handful of calls of the system:
`prctl` and a filter of system calls (Linux 3.5), Landlock (Linux 5.13). Where the system has
none of them, in a container that forbids them or on another kind of machine, everything goes on
without.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys

_SECCOMP = 22
_FILTERED = 2
_NO_NEW_RIGHTS = 38

_MACHINES = {
    # Its name for the kernel, and the calls: socket, socketpair, connect, execve, execveat,
    # ptrace, process_vm_readv and _writev; io_uring, which can do all that, has one number.
    "x86_64": (0xC000003E, (41, 53, 42, 59, 322, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 199, 203, 221, 281, 117, 270, 271, 425)),
}
_ALLOWED = 0x7FFF0000
_REFUSED = 0x00050000 | 1
_OTHER_NUMBERS = 0x40000000
"""From here on are the calls of x32, an old second way into the same kernel."""

_LANDLOCK_RULES, _LANDLOCK_SELF = 444, 446
_READING = 0b1100
"""Of Landlock's rights over files, those to read files and folders."""

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version knows; later ones know as many as the fifth."""


def give_up() -> None:
    """Give up the network, other programs and writing, as far as the system offers a way.

    For this thread and those it starts; so it is called before there are others. What is open stays
    open. Nothing is raised where there is no way.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError, ValueError):
            libc = ctypes.CDLL(None)
            if libc.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0) == 0:
                _no_writing(libc)
                _no_network(libc)


if sys.platform == "linux":

    def _no_writing(libc: ctypes.CDLL) -> None:
        """By Landlock: of files what exists can be read, and nothing else be done."""
        version = libc.syscall(_LANDLOCK_RULES, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
        if version < 1:
            return
        rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1 & ~_READING
        # Files; binding and connecting; sockets without a file, and signals to others.
        handled = (ctypes.c_uint64 * 3)(rights, 0b11, 0b11)
        # Older versions take less of it, and nothing that they do not know.
        size = 8 if version < 4 else 16 if version < 6 else 24
        rules = libc.syscall(
            _LANDLOCK_RULES, ctypes.byref(handled), ctypes.c_size_t(size), ctypes.c_uint32(0)
        )
        if rules >= 0:
            libc.syscall(_LANDLOCK_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
            os.close(rules)

    def _no_network(libc: ctypes.CDLL) -> None:
        """By a filter of system calls: no sockets, no programs, no look into other processes."""
        machine, calls = _MACHINES.get(os.uname().machine, (0, ()))
        if not calls:
            return
        load, equal, from_on, end = 0x20, 0x15, 0x35, 0x06
        steps = [
            (load, 0, 0, 4),
            (equal, 1, 0, machine),
            (end, 0, 0, _ALLOWED),
            (load, 0, 0, 0),
            (from_on, len(calls) + 1, 0, _OTHER_NUMBERS),
            *((equal, len(calls) - place, 0, call) for place, call in enumerate(calls)),
            (end, 0, 0, _ALLOWED),
            (end, 0, 0, _REFUSED),
        ]
        code = b"".join(struct.pack("HBBI", *step) for step in steps)
        kept = ctypes.create_string_buffer(code)
        program = struct.pack("HP", len(steps), ctypes.addressof(kept))
        libc.prctl(_SECCOMP, _FILTERED, ctypes.c_char_p(program), 0, 0)
