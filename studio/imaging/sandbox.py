"""Sandbox of the decoding process: no network, no other programs, no writing.

It uses a few system calls directly, because no library for them is mature: `prctl` with a seccomp
filter (Linux 3.5), and Landlock (Linux 5.13). Where these are missing, as in some containers and on
other systems, the process runs without a sandbox.
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
    # Audit architecture, and the system calls socket, socketpair, connect, execve, execveat,
    # ptrace, process_vm_readv, process_vm_writev, and io_uring_setup, which could replace them.
    "x86_64": (0xC000003E, (41, 53, 42, 59, 322, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 199, 203, 221, 281, 117, 270, 271, 425)),
}
_ALLOWED = 0x7FFF0000
_REFUSED = 0x00050000 | 1
_OTHER_NUMBERS = 0x40000000
"""Lowest number of the system calls of the x32 ABI."""

_LANDLOCK_RULES, _LANDLOCK_SELF = 444, 446
_READING = 0b1100
"""Landlock rights to read files and folders."""

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Number of file rights by Landlock version; later versions have as many as the fifth."""


def give_up() -> None:
    """Enter the sandbox, as far as the system supports it; never raises.

    Applies to this thread and the threads it starts, so it must be called before there are others.
    Open files stay open.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError, ValueError):
            libc = ctypes.CDLL(None)
            if libc.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0) == 0:
                _no_writing(libc)
                _no_network(libc)


if sys.platform == "linux":

    def _no_writing(libc: ctypes.CDLL) -> None:
        """Landlock rules: existing files can be read, nothing else."""
        version = libc.syscall(_LANDLOCK_RULES, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
        if version < 1:
            return
        rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1 & ~_READING
        # Files; bind and connect; abstract sockets, and signals to other processes.
        handled = (ctypes.c_uint64 * 3)(rights, 0b11, 0b11)
        # Older versions accept only the first fields.
        size = 8 if version < 4 else 16 if version < 6 else 24
        rules = libc.syscall(
            _LANDLOCK_RULES, ctypes.byref(handled), ctypes.c_size_t(size), ctypes.c_uint32(0)
        )
        if rules >= 0:
            libc.syscall(_LANDLOCK_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
            os.close(rules)

    def _no_network(libc: ctypes.CDLL) -> None:
        """Seccomp filter: no sockets, no programs, no access to other processes."""
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
