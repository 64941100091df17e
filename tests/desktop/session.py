"""A desktop session made by a test: its own home, bus, display, window manager and keyring.

    with Session(folder) as session:
        session.start_display()
        session.start_bus()
        session.start_accessibility()
        session.unlock_keyring()
        session.run([sys.executable, "-m", "studio", ...])

Nothing is shared with the desktop the tests run on, or with another run: HOME, all XDG folders and
the runtime folder are set before the bus starts. Everything started by the session, and everything
started by that, carries a marker in its environment; at the end the session finds what is left by
that marker, ends only that, by process id, and says what it had to end.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

PROGRAMS = (
    "Xvfb",
    "openbox",
    "pcmanfm",
    "dbus-daemon",
    "gnome-keyring-daemon",
    "xdotool",
    "gdbus",
)
"""What a desktop test needs; `make test` sees to it."""

ACCESSIBILITY = Path("/usr/libexec/at-spi-bus-launcher")
PASSWORD = "the password of the test's keyring"
MARKER = "GRIDBRUSH_TEST_SESSION"
RUN = "GRIDBRUSH_TEST_RUN"
"""Marker of everything below one run of the tests; see `tests.leftovers`."""

ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONWARNINGS", "TZ", "COVERAGE_PROCESS_START", "CI", RUN)
_START = 60.0

_EMPTY_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def missing(programs: Sequence[str] = PROGRAMS) -> list[str]:
    """The programs a desktop test needs and this machine has not."""
    if sys.platform == "linux":
        absent = [name for name in programs if shutil.which(name) is None]
        if not ACCESSIBILITY.exists():
            absent.append(str(ACCESSIBILITY))
    else:
        absent = ["Linux"]
    return absent


def bare_environment() -> dict[str, str]:
    """What a session keeps of the environment of the tests, and where the program is."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"LANG": "C.UTF-8", **kept, "PYTHONPATH": str(ROOT)}


class Process(Protocol):
    """What a session needs of a process it ends: what `subprocess.Popen` has."""

    pid: int
    stdin: Any
    stdout: Any
    stderr: Any

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Session:
    """One desktop session; start what is needed, in the order of the methods.

    Attributes:
        home: its HOME.
        environ: the environment of everything in it; tests may add to it.
        display: ":7", once there is one.
        bus: address of its message bus, once there is one.
        accessibility: address of the bus on which assistive programs read windows, once there is.
        grace: seconds for what the bus started to go when the bus is gone.
        ended: command lines of what was still there at the end and had to be ended.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.environ = bare_environment()
        self.display = ""
        self.bus = ""
        self.accessibility = ""
        self.ended: list[str] = []
        self.grace = 30.0
        self._marker = uuid.uuid4().hex
        self._logs = folder / "logs"
        self._processes: list[Process] = []
        self._runtime: str | None = None

    def __enter__(self) -> Session:
        self._logs.mkdir(parents=True)
        # Sockets have short names, and a test's own folder is deep.
        self._runtime = tempfile.mkdtemp(prefix="gb-")
        folders = {
            "XDG_DATA_HOME": self.home / ".local" / "share",
            "XDG_STATE_HOME": self.home / ".local" / "state",
            "XDG_CONFIG_HOME": self.home / ".config",
            "XDG_CACHE_HOME": self.home / ".cache",
            "XDG_PICTURES_DIR": self.home / "Pictures",
        }
        for folder in folders.values():
            folder.mkdir(parents=True)
        (self.home / ".config" / "user-dirs.dirs").write_text('XDG_PICTURES_DIR="$HOME/Pictures"\n')
        self.environ |= {name: str(folder) for name, folder in folders.items()}
        self.environ |= {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": self._runtime,
            "NO_AT_BRIDGE": "1",  # until there is an accessibility bus
            MARKER: self._marker,
        }
        return self

    def start(self, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[bytes]:
        """Start a program in the session; its output goes to `logs` unless told otherwise."""
        name = f"{len(self._processes):02}-{Path(command[0]).name}.log"
        environ = {**self.environ, **options.pop("env", {})}
        with (self._logs / name).open("wb") as output:
            usual: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": output}
            options = usual | {"stderr": output} | options
            words = [str(word) for word in command]
            process: subprocess.Popen[bytes] = subprocess.Popen(words, env=environ, **options)
        self._processes.append(process)
        return process

    def adopt(self, process: Process) -> None:
        """End this one as well, at the end."""
        self._processes.append(process)

    def run(
        self, command: Sequence[str | Path], *, timeout: float = 60, check: bool = True, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the session to its end; its output comes back as text."""
        environ = {**self.environ, **more.pop("env", {})}
        return subprocess.run(
            [str(word) for word in command],
            env=environ,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=check,
            **more,
        )

    def start_display(
        self, size: str = "1440x900", *, scale: int = 96, pointer: bool = True
    ) -> str:
        """A virtual display on a free number with a window manager; before the bus, please.

        Without `pointer` the frame buffer shows none.
        """
        reading, writing = os.pipe()
        server = [
            *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24"),
            *("-dpi", str(scale), "-nolisten", "tcp", "-noreset"),
            # What is on the screen lies in a file of its own: read, not asked for.
            *("-fbdir", self.environ["XDG_RUNTIME_DIR"]),
            *(() if pointer else ("-nocursor",)),
        ]
        process = self.start(server, pass_fds=(writing,))
        os.close(writing)
        try:
            self.display = ":" + _read_line(reading, process)
        finally:
            os.close(reading)
        self.environ |= {
            "DISPLAY": self.display,
            "XDG_SESSION_TYPE": "x11",
            "QT_QPA_PLATFORM": "xcb",
        }
        # A pipe with a name: openbox closes all others before it starts what it is told to.
        ready = Path(self.environ["XDG_RUNTIME_DIR"]) / "openbox-is-ready"
        if sys.platform != "win32":
            os.mkfifo(ready)
        reading = os.open(ready, os.O_RDWR)
        process = self.start(["openbox", "--startup", f"sh -c 'echo ready > {ready}'"])
        try:
            _read_line(reading, process)
        finally:
            os.close(reading)
        return self.display

    @property
    def frame_buffer(self) -> Path:
        """What is on the screen, once there is a display: an XWD file that is always up to date."""
        return Path(self.environ["XDG_RUNTIME_DIR"]) / "Xvfb_screen0"

    def start_bus(self, *, services: bool = True) -> str:
        """A message bus; without `services` one that can start nothing, so there is no keyring."""
        if services:
            kind = ["--session"]
        else:
            config = self._logs.parent / "empty-bus.conf"
            config.write_text(_EMPTY_BUS)
            kind = [f"--config-file={config}"]
        reading, writing = os.pipe()
        process = self.start(
            ["dbus-daemon", *kind, "--nofork", "--nopidfile", f"--print-address={writing}"],
            pass_fds=(writing,),
        )
        os.close(writing)
        try:
            self.bus = _read_line(reading, process)
        finally:
            os.close(reading)
        self.environ["DBUS_SESSION_BUS_ADDRESS"] = self.bus
        return self.bus

    def start_accessibility(self) -> str:
        """The bus on which windows are read from outside; programs started after it show theirs."""
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        self.environ.pop("NO_AT_BRIDGE", None)
        self.environ |= {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_ACCESSIBILITY": "1"}
        self.start([ACCESSIBILITY, "--launch-immediately"])
        self.wait_for_name("org.a11y.Bus")
        where = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        with contextlib.closing(open_dbus_connection(bus=self.bus)) as bus:
            call = new_method_call(where, "GetAddress")
            self.accessibility = str(bus.send_and_get_reply(call, timeout=_START).body[0])
        return self.accessibility

    def unlock_keyring(self) -> None:
        """A keyring with an open default collection."""
        process = self.start(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            stdin=subprocess.PIPE,
        )
        assert process.stdin is not None
        process.stdin.write(PASSWORD.encode())
        process.stdin.close()
        self.wait_for_name("org.freedesktop.secrets")

    def lock_keyring(self) -> None:
        """Lock the default collection; with a display the next reader sees a prompt."""
        import secretstorage
        from jeepney.io.blocking import open_dbus_connection

        with contextlib.closing(open_dbus_connection(bus=self.bus)) as bus:
            collection = secretstorage.Collection(bus)
            collection.lock()
            assert collection.is_locked()

    def wait_for_name(self, name: str, *, timeout: float = _START) -> None:
        """Wait until somebody has this name on the bus."""
        from jeepney import MatchRule, message_bus
        from jeepney.io.blocking import Proxy, open_dbus_connection

        rule = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        with contextlib.closing(open_dbus_connection(bus=self.bus)) as bus:
            daemon = Proxy(message_bus, bus, timeout=timeout)
            daemon.AddMatch(rule)
            with bus.filter(rule) as signals:
                if not daemon.NameHasOwner(name)[0]:
                    bus.recv_until_filtered(signals, timeout=timeout)

    def processes(self) -> dict[int, str]:
        """Everything alive that belongs to this session: process id and command line."""
        found = {}
        word = f"{MARKER}={self._marker}".encode()
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if word in (folder / "environ").read_bytes().split(b"\0"):
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = line.decode(errors="replace").strip()
        return found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._processes):
            _end(process)
        # What the bus started goes when the bus is gone; it may take a moment.
        deadline = time.monotonic() + self.grace
        for pid in self.processes():
            _wait_for_end(pid, deadline)
        for pid, line in self.processes().items():
            self.ended.append(line)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.Signals["SIGKILL"])
            _wait_for_end(pid, time.monotonic() + 30)
        if self._runtime is not None:
            shutil.rmtree(self._runtime, ignore_errors=True)


def _read_line(handle: int, process: subprocess.Popen[bytes]) -> str:
    """A line a starting program writes when it is ready. Raises RuntimeError when it is not."""
    deadline = time.monotonic() + _START
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(handle, 1024) if ready else b""
        if not part:
            raise RuntimeError(f"{process.args!r} did not start (exit {process.poll()})")
        line += part
    return line.decode().strip()


def _end(process: Process) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _wait_for_end(pid: int, deadline: float) -> None:
    if sys.platform == "linux":
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            return
        try:
            select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        finally:
            os.close(handle)
