"""Commands as processes forked from one that has imported the program already.

    python -m tests.cli.warm serve SOCKET         imports, and forks a process for each that asks
    python -m tests.cli.warm serve SOCKET window  the same, with all that the window imports
    python -I -S tests/cli/warm.py SOCKET ...     asks, and ends as the command does

Importing takes most of the time of a short command. The forked process gets the streams, the
folder, the umask, the environment and the arguments of the one that asks; a stream that is closed
there is closed here. Tests ask through `tests.cli.forks`, without a process in between, unless they
are about what a shell does. What Python itself does at its start has processes of its own.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import socket
import sys
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LENGTH = 8
"""Bytes of the size of a wish, and of the id of its process."""


def order(
    address: str,
    words: Sequence[str],
    environ: Mapping[str, str],
    folder: str,
    streams: Sequence[int | None],
    *,
    whole: bool = False,
) -> tuple[socket.socket, int]:
    """Have a command run with three streams, None for a closed one.

    `whole`: it ends as an interpreter does, with all that it has imported.

    Returns where its exit code will come, and the id of its process.
    """
    if sys.platform == "linux":
        umask = os.umask(0)
        os.umask(umask)
        given = [stream for stream in streams if stream is not None]
        wish = {
            "words": list(words), "environ": dict(environ), "folder": folder, "umask": umask,
            "whole": whole,
            "closed": [number for number, stream in enumerate(streams) if stream is None],
        }  # fmt: skip
        data = json.dumps(wish).encode()
        line = socket.socket(socket.AF_UNIX)
        line.connect(address)
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given).tobytes())
        line.sendmsg([len(data).to_bytes(LENGTH, "big")], [rights] if given else [])
        line.sendall(data)
        return line, int.from_bytes(line.recv(LENGTH, socket.MSG_WAITALL), "big")
    else:
        raise NotImplementedError


def ask(address: str, words: list[str]) -> int:
    """Have a command run with the streams of this process; its exit code."""
    streams = [number if is_open(number) else None for number in range(3)]
    # Importing pathlib takes longer than all of this.
    line, _pid = order(address, words, os.environ, os.getcwd(), streams)  # noqa: PTH109
    status = int(line.makefile("rb").read())
    if status < 0:
        os.kill(os.getpid(), -status)
    return status


def is_open(number: int) -> bool:
    """Whether this process has a stream of that number."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


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

    if sys.platform == "linux":
        import_everything()
        if window:
            import_window()
        # Processes and who asked for them, by a pipe that ends with the process.
        running: dict[int, tuple[int, socket.socket]] = {}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            print("ready", flush=True)
            while True:
                ready, _w, _x = select.select([0, listener.fileno(), *running], [], [])
                if 0 in ready:
                    return
                for ended in running.keys() & ready:
                    pid, line = running.pop(ended)
                    os.close(ended)
                    tell(line, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                if listener.fileno() in ready:
                    line, _from = listener.accept()
                    wish, streams = heard(line)
                    lives, life = os.pipe()
                    pid = os.fork()
                    if pid == 0:
                        for handle, (_pid, other) in running.items():
                            os.close(handle)
                            other.close()
                        os.close(lives)
                        listener.close()
                        line.close()
                        become(wish, streams)
                    for stream in (life, *streams):
                        os.close(stream)
                    running[lives] = (pid, line)
                    with contextlib.suppress(BrokenPipeError):
                        line.sendall(pid.to_bytes(LENGTH, "big"))
    else:
        raise NotImplementedError


def heard(line: socket.socket) -> tuple[dict[str, object], list[int]]:
    """What somebody asks for, and the streams that came with it."""
    if sys.platform == "linux":
        first, streams, _flags, _from = socket.recv_fds(line, LENGTH, 3)
        wish: dict[str, object] = json.loads(
            line.recv(int.from_bytes(first, "big"), socket.MSG_WAITALL)
        )
        return wish, streams
    else:
        raise NotImplementedError


def tell(line: socket.socket, status: int) -> None:
    """Tell who asked how the command ended; it may be gone."""
    with line, contextlib.suppress(BrokenPipeError):
        line.sendall(str(status).encode())


def become(wish: dict[str, object], streams: list[int]) -> NoReturn:
    """Be the command, to its end."""
    words, environ, folder = wish["words"], wish["environ"], wish["folder"]
    umask, closed = wish["umask"], wish["closed"]
    assert isinstance(words, list)
    assert isinstance(environ, dict)
    assert isinstance(umask, int)
    assert isinstance(closed, list)
    encoding, _colon, errors = environ.get("PYTHONIOENCODING", "").partition(":")
    given = iter(streams)
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        old, new = getattr(sys, name), None
        if number in closed:
            os.close(number)
        else:
            stream = next(given)
            os.dup2(stream, number)
            os.close(stream)
            # As Python opens them: standard error takes every sign, and is written line by line.
            last = name == "stderr"
            new = open(  # noqa: SIM115 it stays open
                number, mode, 1 if last else -1, encoding=encoding or old.encoding,
                errors=old.errors if last or not encoding else errors or "strict", closefd=False,
            )  # fmt: skip
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
    if wish["whole"]:
        sys.exit(code)
    # The end of an interpreter, but for deleting all it has imported: that writes to every page
    # shared with the process it was forked from, and takes longer than most commands.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for written in (sys.stdout, sys.stderr):
        written.flush()
    os._exit(code)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], window=sys.argv[3:] == ["window"])
    else:
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
