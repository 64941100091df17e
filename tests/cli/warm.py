"""Commands as processes forked from one that has imported the program already.

    python -m tests.cli.warm serve SOCKET         imports, and forks a process for each that asks
    python -m tests.cli.warm serve SOCKET window  the same, with all that the window imports
    python -I -S tests/cli/warm.py SOCKET ...     asks, and ends as the command does

Importing takes most of the time of a short command. The forked process gets the streams, the
folder, the umask, the environment and the arguments of the one that asks. Tests of the start
itself, of signals, of streams and of what is imported start a process of their own.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Mapping

assert sys.platform != "win32", "it can neither fork nor hand streams over"

LENGTH = 8


def ask(address: str, words: list[str]) -> int:
    """Have a command run with the streams of this process; its exit code."""
    # Importing pathlib takes longer than all of this.
    folder = os.getcwd()  # noqa: PTH109
    with asked(address, words, environ=os.environ, folder=folder, streams=[0, 1, 2]) as line:
        _pid, status = line.makefile("rb").read().split()
    if int(status) < 0:
        os.kill(os.getpid(), -int(status))
    return int(status)


def asked(
    address: str,
    words: list[str],
    *,
    environ: Mapping[str, str],
    folder: str,
    streams: list[int],
    whole: bool = False,
) -> socket.socket:
    """Ask for a command; what comes back has a line with its process id, then one with its status.

    `whole`: it ends as an interpreter does, with all that it has imported.
    """
    umask = os.umask(0)
    os.umask(umask)
    wish = {"words": words, "environ": dict(environ), "folder": folder, "umask": umask}
    data = json.dumps({**wish, "whole": whole}).encode()
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    handles = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams).tobytes())
    line.sendmsg([len(data).to_bytes(LENGTH, "big")], [handles])
    line.sendall(data)
    return line


def import_window() -> None:
    """Import all that the window may ever import."""
    import gc
    import importlib
    import pkgutil
    import threading

    import studio.ui

    for found in pkgutil.walk_packages(studio.ui.__path__, "studio.ui."):
        importlib.import_module(found.name)
    # Neither survives a fork.
    assert threading.active_count() == 1
    assert sys.modules["PySide6.QtCore"].QCoreApplication.instance() is None
    gc.collect()
    gc.freeze()


def serve(address: str, *, window: bool = False) -> None:
    """Fork for everybody who asks, until standard input ends."""
    import select

    from tests.torture.dying import import_everything

    import_everything()
    if window:
        import_window()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while True:
            ready, _w, _x = select.select([listener.fileno(), 0], [], [])
            if 0 in ready:
                reap()
                return
            line, _from = listener.accept()
            if os.fork() == 0:
                break
            line.close()
            reap()
    attend(line)


def reap() -> None:
    """Wait for those that have ended: their time then counts as that of the tests."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def attend(line: socket.socket) -> None:
    """Run the command of one who asks in a process of its own, and tell how it ended."""
    first, streams, _flags, _from = socket.recv_fds(line, LENGTH, 3)
    size, data = int.from_bytes(first, "big"), b""
    while len(data) < size:
        data += line.recv(size - len(data))
    wish = json.loads(data)
    pid = os.fork()
    if pid == 0:
        line.close()
        become(wish, streams)
    for stream in (*streams, 0, 1, 2):
        os.close(stream)
    line.sendall(b"%d\n" % pid)
    _pid, status = os.waitpid(pid, 0)
    # Whoever asked may have gone.
    with contextlib.suppress(OSError):
        line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    line.close()
    os._exit(0)


def become(wish: dict[str, object], streams: list[int]) -> None:
    """Be the command, to its end."""
    words, environ, folder = wish["words"], wish["environ"], wish["folder"]
    umask, whole = wish["umask"], wish["whole"]
    assert isinstance(words, list)
    assert isinstance(environ, dict)
    assert isinstance(umask, int)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    for name, mode, number in (("stdin", "r", 0), ("stdout", "w", 1), ("stderr", "w", 2)):
        old = getattr(sys, name)
        new = open(number, mode, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(str(folder))
    os.umask(umask)
    import atexit
    import threading

    from studio import __main__ as program
    from studio.common import library_lock

    library_lock._started = time.time()
    sys.argv = [str(program.__file__), *words]
    try:
        code = program.main()
    except SystemExit as end:
        code = int(end.code or 0)
    if whole:
        sys.exit(code)
    # The end of an interpreter, but for deleting all it has imported: that writes to every page
    # shared with the process it was forked from, and takes longer than most commands.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], window=sys.argv[3:] == ["window"])
    else:
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
