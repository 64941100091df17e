"""File access below a folder that follows no links.

A link (on Windows also a junction) may lead anywhere, so access that must stay below a folder does
not follow any. Names relative to an open folder are used where the system supports them, so that
the file that was checked is the one that is changed. On Windows, each name is checked first. All
calls block and raise OSError, with `ELOOP` for a link.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

_NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


def is_link(about: os.stat_result) -> bool:
    """Whether a result of `lstat` is that of a link; a cloud file's placeholder is not a link."""
    if sys.platform == "win32":
        tags = (stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT)
        return stat.S_ISLNK(about.st_mode) or about.st_reparse_tag in tags
    else:
        return stat.S_ISLNK(about.st_mode)


def stat_path(root: Path, path: Path) -> os.stat_result | None:
    """`lstat` of a path; None if it is missing or behind a link. Raises OSError."""
    here = root
    about: os.stat_result | None = None
    try:
        names = path.relative_to(root).parts
        for number, name in enumerate(names, start=1):
            here = here / name
            about = here.lstat()
            if is_link(about) or (number < len(names) and not stat.S_ISDIR(about.st_mode)):
                return None
    except ValueError:
        # Not below the folder, or an invalid name.
        return None
    except OSError as error:
        if error.errno in _NOWHERE:
            return None
        raise
    return about


def is_file(root: Path, path: Path) -> bool:
    """Whether this is a regular file."""
    about = stat_path(root, path)
    return about is not None and stat.S_ISREG(about.st_mode)


def folders(root: Path, folder: Path) -> list[Path]:
    """Folders in a folder, sorted by name; links are left out."""
    return _children(root, folder, stat.S_ISDIR)


def regular(root: Path, folder: Path) -> list[Path]:
    """Regular files in a folder, sorted by name."""
    return _children(root, folder, stat.S_ISREG)


def _children(root: Path, folder: Path, wanted: Callable[[int], bool]) -> list[Path]:
    if folder != root:
        about = stat_path(root, folder)
        if about is None or not stat.S_ISDIR(about.st_mode):
            return []
    found = []
    for one in sorted(folder.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            inside = one.lstat()
            if not is_link(inside) and wanted(inside.st_mode):
                found.append(one)
    return found


def holds_links(folder: Path) -> bool:
    """Whether anything in a folder is neither a folder nor a regular file."""
    for one in folder.iterdir():
        about = one.lstat()
        usual = stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)
        if is_link(about) or not usual:
            return True
    return False


def remove_empty(root: Path, folder: Path) -> None:
    """Remove a folder if it is empty."""
    about = stat_path(root, folder)
    if about is not None and stat.S_ISDIR(about.st_mode):
        with contextlib.suppress(OSError):
            folder.rmdir()


def check(root: Path, folder: Path) -> None:
    """Raise OSError if the path to this folder, which may be missing, contains a link."""
    here = root
    for name in _names(root, folder):
        here = here / name
        try:
            about = here.lstat()
        except FileNotFoundError:
            return
        if is_link(about):
            raise _in_the_way(here)


_NO_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EINVAL}
    | {errno.ENOTSUP, errno.EOPNOTSUPP}
)
"""Error codes of file systems without hard links, such as those of memory cards."""


def name_anew(file: Path, name: Path) -> None:
    """Rename a file in the same folder without replacing another. Raises FileExistsError.

    Not for Windows, where a plain rename does this. Raises OSError; then the file keeps its old
    name.
    """
    try:
        os.link(file, name)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        file.unlink()
        return
    if _rename_exclusively(file, name):
        return
    # This process created the name, so it may be replaced.
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        file.replace(name)
    except BaseException:
        name.unlink()
        raise


def _rename_exclusively(file: Path, name: Path) -> bool:
    """Rename a file in one step that replaces nothing; False if the system cannot do that.

    Without such a step, a killed process could leave an empty file under the name. Raises OSError.
    """
    rename = _exclusive_rename()
    if rename is None:
        return False
    failed = rename(os.fsencode(file), os.fsencode(name))
    number = ctypes.get_errno()
    if failed and number not in _NO_RENAME:
        raise OSError(number, os.strerror(number), str(name))
    return not failed


def _exclusive_rename() -> Callable[[bytes, bytes], int] | None:
    """The system call for an exclusive rename, which returns 0 on success; None without one."""
    system = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(system, "renameat2"):
        return lambda old, new: int(system.renameat2(_HERE, old, _HERE, new, _NO_REPLACE))
    if sys.platform == "darwin" and hasattr(system, "renamex_np"):
        return lambda old, new: int(system.renamex_np(old, new, _EXCLUSIVE))
    return None


_HERE = -100  # AT_FDCWD: relative paths start at the working directory
_NO_REPLACE = 1  # RENAME_NOREPLACE of Linux
_EXCLUSIVE = 4  # RENAME_EXCL of macOS
_NO_RENAME = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
"""Error codes of file systems and kernels that cannot rename exclusively."""


def _names(root: Path, path: Path) -> tuple[str, ...]:
    try:
        names = path.relative_to(root).parts
    except ValueError:
        names = ("..",)
    if ".." in names or any("\0" in name for name in names):
        raise _in_the_way(path)
    return names


def _in_the_way(path: Path) -> OSError:
    return OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


if sys.platform == "win32":

    def open_file(root: Path, path: Path) -> BufferedReader:
        """A regular file, opened for reading."""
        if not is_file(root, path):
            check(root, path)
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return path.open("rb")

    def rename(root: Path, source: Path, target: Path) -> None:
        """Rename an entry below the folder, replacing any existing one."""
        check(root, source)
        check(root, target.parent)
        source.replace(target)

    def unlink(root: Path, path: Path) -> None:
        """Remove a file."""
        check(root, path.parent)
        path.unlink()

else:
    _FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

    @contextlib.contextmanager
    def _opened(root: Path, folder: Path) -> Iterator[int]:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in _names(root, folder):
                try:
                    below = os.open(name, _FOLDER, dir_fd=handle)
                except NotADirectoryError:
                    # Linux reports links like this too.
                    check(root, folder)
                    raise
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)

    def open_file(root: Path, path: Path) -> BufferedReader:
        """A regular file, opened for reading."""
        with _opened(root, path.parent) as folder:
            # Opening a pipe could block.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            handle = os.open(path.name, flags, dir_fd=folder)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            return os.fdopen(handle, "rb")
        except BaseException:
            os.close(handle)
            raise

    def rename(root: Path, source: Path, target: Path) -> None:
        """Rename an entry below the folder, replacing any existing one."""
        with _opened(root, source.parent) as here, _opened(root, target.parent) as there:
            os.rename(source.name, target.name, src_dir_fd=here, dst_dir_fd=there)

    def unlink(root: Path, path: Path) -> None:
        """Remove a file."""
        with _opened(root, path.parent) as folder:
            os.unlink(path.name, dir_fd=folder)
