"""The program used as a person does: started, typed into, clicked, dragged from, and ended."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.cli.program import forker_at
from tests.desktop.session import ROOT, Process, Session
from tests.e2e.forked import READ_LATER, forked
from tests.e2e.screen import HANG, Reader, Thing, wait_until

STEPS = 20
"""Motions of a drag: what a hand does, and what toolkits need to see one."""

_ICONS_ONLY = """[ui]
view_mode=icon
side_pane_mode=hidden
toolbar=
show_statusbar=0
"""

_GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv)
if not app.primaryScreen().grabWindow(0).save(sys.argv[1]):
    sys.exit("the screen could not be saved")
"""


class DesktopWindow:
    """A program with a window.

    Attributes:
        process: the program.
        id: its window, as X names it.
    """

    def __init__(self, desktop: Desktop, process: Process) -> None:
        self.desktop = desktop
        self.process = process
        self.id = ""

    def wait_for_window(self) -> None:
        """Wait until it has a window on the screen."""
        self.id = wait_until(self._first_window, what=lambda: f"a window ({self._state()})")

    def windows(self) -> list[str]:
        """Everything it has on the screen: windows, menus, tips."""
        command = ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)]
        return self.desktop.session.run(command, check=False).stdout.split()

    def _first_window(self) -> str:
        assert self.process.poll() is None, f"it ended: {self._state()}"
        # Qt has unseen windows of its own; those that people see have a title.
        return next((each for each in self.windows() if self.desktop.title(each)), "")

    def _state(self) -> str:
        return f"exit code {self.process.poll()}"

    @property
    def title(self) -> str:
        """What stands in its title bar."""
        return self.desktop.title(self.id)

    def activate(self) -> None:
        """Bring it to the front, with the keyboard."""
        self.desktop.session.run(["xdotool", "windowactivate", "--sync", self.id])

    @property
    def active(self) -> bool:
        """Whether it is in front and has the keyboard."""
        found = self.desktop.session.run(["xdotool", "getactivewindow"], check=False)
        return found.stdout.strip() == self.id

    def place(self, x: int, y: int, width: int, height: int) -> None:
        """Move and size it."""
        size = ["windowsize", "--sync", self.id, str(width), str(height)]
        self.desktop.session.run(["xdotool", *size])
        self.desktop.session.run(["xdotool", "windowmove", self.id, str(x), str(y)])

    @property
    def extents(self) -> tuple[int, int, int, int]:
        """x, y, width and height of what is in it, on the screen."""
        command = ["xdotool", "getwindowgeometry", "--shell", self.id]
        lines = self.desktop.session.run(command).stdout.splitlines()
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        return tuple(int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))  # type: ignore[return-value]

    @property
    def middle(self) -> tuple[int, int]:
        """The point to drop at."""
        x, y, width, height = self.extents
        return x + width // 2, y + height // 2


class DesktopProgram(DesktopWindow):
    """Gridbrush, running.

    Attributes:
        home: where it keeps everything.
        output: the file with what it printed.
        words: what the window calls something that is "Gallery" in English.
    """

    def __init__(self, desktop: Desktop, process: Process, *, home: Path, output: Path) -> None:
        super().__init__(desktop, process)
        self.home = home
        self.output = output
        self.words: Callable[[str], str] = str

    def _state(self) -> str:
        return f"exit code {self.process.poll()}\n{self.said()}"

    def find(self, role: str, name: str | None = None, **more: Any) -> list[Thing]:
        """Everything on the screen with this role and name."""
        asked = {"role": role, **({} if name is None else {"name": name}), **more}
        return self.desktop.reader.find(pid=self.process.pid, **asked)

    def wait_for(self, role: str, name: str | None = None, **more: Any) -> Thing:
        """The first such thing, once it is there."""
        found = wait_until(
            lambda: self.find(role, name, most=1, **more),
            what=lambda: f"{role} {name or more}, among:\n" + "\n".join(self.tree()),
        )
        return found[0]

    def says(self, words: str) -> bool:
        """Whether these words stand somewhere in the window or its dialogs."""
        return bool(self.desktop.reader.find(pid=self.process.pid, words=words, most=1))

    def wait_for_words(self, words: str) -> None:
        """Wait until these words stand somewhere in the window or its dialogs."""
        wait_until(
            lambda: self.says(words),
            what=lambda: f"{words!r}, among:\n" + "\n".join(self.tree()),
        )

    def tree(self) -> list[str]:
        """All that can be seen, a line each."""
        lines: list[str] = self.desktop.reader.ask("tree", pid=self.process.pid)["lines"]
        return lines

    @property
    def prompt(self) -> Thing:
        """The field for the prompt."""
        return self.wait_for("text", self.words("Prompt"))

    @property
    def generate(self) -> Thing:
        """The button."""
        return self.wait_for("button", self.words("Generate"))

    @property
    def gallery(self) -> Thing:
        """The grid of pictures."""
        return self.wait_for("list", self.words("Gallery"))

    def items(self, part: str = "") -> list[Thing]:
        """The tiles in sight, in their order, with these words in their name."""
        found = self.find("list", self.words("Gallery"), most=1)
        if not found:
            return []
        return self.desktop.reader.find(within=found[0].number, role="list item", part=part)

    def wait_for_items(self, number: int, part: str = "", *, hang: float = HANG) -> list[Thing]:
        """The tiles, once there are exactly so many with these words in their name."""
        wait_until(
            lambda: len(self.items(part)) == number,
            hang=hang,
            what=lambda: f"{number} tiles {part!r}, there are {[i.name for i in self.items()]}",
        )
        return self.items(part)

    def write(self, text: str) -> None:
        """Type into the prompt, in the place of what is there."""
        self.focus_prompt()
        self.desktop.keys("ctrl+a")
        self.desktop.type(text)
        wait_until(
            lambda: self.prompt.text == text, what=lambda: f"{text!r} typed, {self.prompt.text!r}"
        )

    def focus_prompt(self) -> None:
        """Give the prompt the keyboard, and wait until it has it: letters elsewhere are hotkeys."""
        self.desktop.reader.focus(self.prompt)
        wait_until(lambda: "focused" in self.prompt.states, what="the prompt to have the keyboard")

    def close(self) -> int:
        """Close the window as a user does; the exit code once the program has ended."""
        self.activate()
        self.desktop.keys("alt+F4")
        try:
            return self.process.wait(HANG / 3)
        except subprocess.TimeoutExpired:
            # A window manager that was still giving the focus away gives the keys to another one.
            self.activate()
            self.desktop.keys("alt+F4")
        return self.wait_for_end()

    def said(self) -> str:
        """What it wrote where nobody looks: to its output and to its logs."""
        logs = sorted((self.home / "state" / "logs").glob("*"))
        texts = [path.read_text(errors="replace") for path in [self.output, *logs]]
        return "".join(texts)

    def wait_for_end(self, *, hang: float = HANG) -> int:
        """The exit code, once the program has ended."""
        try:
            return self.process.wait(hang)
        except subprocess.TimeoutExpired:
            lines = "\n".join(self.tree())
            raise AssertionError(f"still running after {hang:g} s:\n{lines}") from None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(HANG)


class Desktop:
    """A screen with a hand on the mouse and the keyboard, and eyes that read names.

    Attributes:
        session: where everything runs.
        reader: what reads windows.
        programs: every Gridbrush that was started.
    """

    def __init__(self, session: Session, made: Path | None = None, warm: str | None = None) -> None:
        """`made` is the folder in which pictures that were made once are kept, for all desktops.

        `warm` is the address at which a process forks the program, see `tests.e2e.forked`.
        """
        self.session = session
        self._warm = warm
        self._made = made or session.home
        self.reader = Reader(session)
        self.programs: list[DesktopProgram] = []

    def close(self) -> None:
        """Close every program that still runs; it ends well and leaves no process behind."""
        for program in self.programs:
            if program.process.poll() is None:
                program.process.terminate()
                assert program.wait_for_end() == 0, program.said()
        for program in self.programs:
            said = program.said()
            assert "Traceback" not in said, said
            assert " ERROR " not in said, said
        wait_until(lambda: not self.left(), what=lambda: f"all to end, left: {self.left()}")
        self.reader.close()

    def left(self) -> list[str]:
        """Processes of the program, its decoding worker among them."""
        running = self.session.processes().values()
        # A fork has the environment of the process it comes from, for all who look from outside.
        forked = [str(one.process.pid) for one in self.programs if one.process.poll() is None]
        return [*forked, *(line for line in running if " -m studio" in line)]

    # Programs

    def start(self, *arguments: str | Path, home: Path | None, **environ: str) -> DesktopProgram:
        """Start the program; returns when its window is there.

        Without a `home` everything is where the session's own folders are.
        """
        program = self.begin(*arguments, home=home, **environ)
        program.wait_for_window()
        return program

    def begin(self, *arguments: str | Path, home: Path | None, **environ: str) -> DesktopProgram:
        """Start the program and do not wait; as a fork where one has imported it already."""
        if self._warm is None or environ.keys() - READ_LATER:
            return self._begin_new(*arguments, home=home, **environ)
        every = {**self.session.environ, **environ}
        process = forked(self._warm, _words(home, arguments), environ=every, output=self._output)
        self.session.adopt(process)
        return self._begun(process, home)

    def start_new(self, *arguments: str | Path, home: Path) -> DesktopProgram:
        """Start it as a new process, which imports all it needs: for tests of the start itself."""
        program = self._begin_new(*arguments, home=home)
        program.wait_for_window()
        return program

    def _begin_new(
        self, *arguments: str | Path, home: Path | None, **environ: str
    ) -> DesktopProgram:
        command = [sys.executable, "-m", "studio", *_words(home, arguments)]
        with self._output.open("wb") as file:
            process = self.session.start(command, env=environ, stdout=file, stderr=file)
        return self._begun(process, home)

    @property
    def _output(self) -> Path:
        """Where the next program prints to."""
        return self.session.home / f"gridbrush-{len(self.programs)}.log"

    def _begun(self, process: Process, home: Path | None) -> DesktopProgram:
        folder = home or self.session.home
        self.programs.append(DesktopProgram(self, process, home=folder, output=self._output))
        return self.programs[-1]

    def run(self, *arguments: str | Path, home: Path, **more: Any) -> str:
        """Run a command of the command line to its end; what it printed."""
        start = [sys.executable, "-m", "studio"] if self._warm is None else forker_at(self._warm)
        return self.session.run([*start, "--home", home, *arguments], cwd=ROOT, **more).stdout

    def generate(self, *arguments: str, home: Path) -> None:
        """Make pictures by the command line, in a new `home`.

        Where an earlier test made the same, it is copied.
        """
        made = self._made / hashlib.sha256(repr(arguments).encode()).hexdigest()
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=self._made) as folder:
                fresh = Path(folder) / "home"
                self.run("generate", *arguments, home=fresh)
                # Tests beside this one may make the same at this moment.
                with contextlib.suppress(OSError):
                    fresh.rename(made)
        shutil.copytree(made, home)

    def file_manager(self, folder: Path) -> DesktopWindow:
        """Open a folder in a real file manager: icons and nothing else."""
        config = self.session.home / ".config" / "pcmanfm" / "default" / "pcmanfm.conf"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(_ICONS_ONLY)
        window = DesktopWindow(self, self.session.start(["pcmanfm", "--no-desktop", "-n", folder]))
        window.wait_for_window()
        return window

    # Looking

    def title(self, window: str) -> str:
        """What stands in the title bar of a window; empty for one without."""
        found = self.session.run(["xdotool", "getwindowname", window], check=False)
        return found.stdout.strip()

    def windows(self, kind: str) -> list[str]:
        """Windows of a class on the screen."""
        command = ["xdotool", "search", "--onlyvisible", "--class", kind]
        return self.session.run(command, check=False).stdout.split()

    def picture(self, path: Path) -> None:
        """Save what is on the screen."""
        self.session.run([sys.executable, "-c", _GRAB, path])

    # Doing

    def keys(self, *keys: str) -> None:
        """Press keys one after the other: "ctrl+a", "Return"."""
        self.session.run(["xdotool", "key", "--clearmodifiers", "--delay", "20", *keys])

    def type(self, text: str) -> None:
        """Type a text, letter by letter.

        It is read from the tool's input: a key typed by a test belongs in nobody's arguments.
        """
        for plain, run in groupby(text, str.isascii):
            # A letter that no key has is put on a key while it is typed: windows must notice.
            delay = "12" if plain else "160"
            words = ["xdotool", "type", "--delay", delay, "--file", "-"]
            self.session.run(words, input="".join(run))

    def click(self, thing: Thing | tuple[int, int], *, hold: str = "", button: int = 1) -> None:
        """Click in the middle of a thing, with a key held down."""
        x, y = thing.middle if isinstance(thing, Thing) else thing
        act = ["mousemove", "--sync", str(x), str(y), "click", str(button)]
        if hold:
            act = [*act[:4], "keydown", hold, *act[4:], "keyup", hold]
        self.session.run(["xdotool", *act])

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, hold: str = "") -> None:
        """Press, move as a hand does, waver over the target, let go.

        `hold` is a key that is down until the drag has begun.
        """
        if hold:
            self.session.run(["xdotool", "keydown", hold])
        self.take(start, end)
        if hold:
            self.session.run(["xdotool", "keyup", hold])
        self.let_go(end, end)

    def take(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press, and move as a hand does; the button stays down."""
        act = ["mousemove", str(start[0]), str(start[1]), "sleep", "0.1", "mousedown", "1"]
        self.session.run(["xdotool", *act, *_motion(start, end)])

    def let_go(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Move on with the button down, waver over the target, let go."""
        act = _motion(start, end)
        for offset in (4, -4, 3, -3, 0):
            act += ["sleep", "0.05", "mousemove", str(end[0] + offset), str(end[1] + offset)]
        self.session.run(["xdotool", *act, "sleep", "0.2", "mouseup", "1"])


def _words(home: Path | None, arguments: Sequence[str | Path]) -> list[str]:
    return [*([] if home is None else ["--home", str(home)]), *map(str, arguments)]


def _motion(start: tuple[int, int], end: tuple[int, int]) -> list[str]:
    act: list[str] = []
    for x, y in _way(start, end):
        act += ["sleep", "0.02", "mousemove", str(x), str(y)]
    return act


def _way(start: tuple[int, int], end: tuple[int, int]) -> Sequence[tuple[int, int]]:
    return [
        (
            start[0] + (end[0] - start[0]) * step // STEPS,
            start[1] + (end[1] - start[1]) * step // STEPS,
        )
        for step in range(1, STEPS + 1)
    ]
