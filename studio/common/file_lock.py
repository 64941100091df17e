"""The operating system's locks on open files, which end with the process that holds them."""

from __future__ import annotations

import errno
import os
import sys

_LOCKED_BYTE = 0x7FFF0000  # far behind the text: on Windows a locked byte cannot be read

if sys.platform == "win32":
    import msvcrt

    def lock(handle: int) -> bool:
        """Take the lock without waiting; False if another process has it. Raises OSError."""
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def unlock(handle: int) -> None:
        """Release the lock. Raises OSError."""
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def lock(handle: int) -> bool:
        """Take the lock without waiting; False if another process has it. Raises OSError."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(handle: int) -> None:
        """Release the lock. Raises OSError."""
        fcntl.flock(handle, fcntl.LOCK_UN)
