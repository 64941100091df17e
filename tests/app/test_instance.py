"""Connections to the owner of a library: real sockets, real processes."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from studio.app import instance
from studio.app.instance import ask_to_raise, serve

POSIX = sys.platform != "win32"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    folder.mkdir(mode=0o700)
    return folder


def test_the_owner_hears_the_bell(tmp_path: Path, state: Path) -> None:
    async def main() -> None:
        heard = asyncio.Event()
        bell = await serve(tmp_path, heard.set, state=state)
        assert await ask_to_raise(tmp_path, state=state)
        assert heard.is_set()
        assert not await ask_to_raise(tmp_path / "another library", state=state)
        await bell.close()
        assert not await ask_to_raise(tmp_path, state=state)
        assert not list(state.iterdir())

    asyncio.run(asyncio.wait_for(main(), 60))


def test_the_owner_gets_the_pictures_a_second_start_was_to_open(
    tmp_path: Path, state: Path
) -> None:
    strange = Path(os.fsdecode(b"/tmp/no \xff letters\n.png")) if POSIX else Path("C:/b.png")
    files = [tmp_path / "Entwürfe für morgen.png", strange]

    async def main() -> None:
        given: list[list[Path]] = []
        come = asyncio.Event()

        def on_files(paths: list[Path]) -> None:
            given.append(paths)
            come.set()

        bell = await serve(tmp_path, lambda: None, on_files=on_files, state=state)
        assert await ask_to_raise(tmp_path, files=files, state=state)
        await come.wait()
        assert given == [files]
        await bell.close()

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_bell_left_by_a_killed_owner_is_hung_anew(tmp_path: Path, state: Path) -> None:
    async def main() -> None:
        heard = asyncio.Event()
        first = await serve(tmp_path, heard.set, state=state)
        first._server.close()  # as a killed process leaves it: nobody listens, the name stays
        second = await serve(tmp_path, heard.set, state=state)
        assert await ask_to_raise(tmp_path, state=state)
        await second.close()

    asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.skipif(not POSIX, reason="the address is a socket")
def test_an_owner_that_does_not_answer_is_waited_for_two_seconds_at_most(
    tmp_path: Path, state: Path
) -> None:
    async def main() -> None:
        address = instance.new_address(tmp_path, state)
        if sys.platform != "win32":
            with socket.socket(socket.AF_UNIX) as deaf:
                deaf.bind(str(address))
                deaf.listen()
                assert not await ask_to_raise(tmp_path, state=state, patience=0.1)

    asyncio.run(asyncio.wait_for(main(), 60))
    assert instance.PATIENCE <= 2


@pytest.mark.skipif(not POSIX, reason="the address is a socket")
def test_a_stranger_at_the_bell_raises_nothing(tmp_path: Path, state: Path) -> None:
    async def main() -> None:
        heard: list[bool] = []
        bell = await serve(tmp_path, lambda: heard.append(True), state=state)
        address = instance.new_address(tmp_path, state)
        assert stat.S_IMODE(address.stat().st_mode) == 0o600
        for word in (b"lower\n", b"x" * 5000, b""):
            if sys.platform != "win32":
                reader, writer = await asyncio.open_unix_connection(address)
                writer.write(word)
                writer.write_eof()
                assert await reader.read() == b""
                writer.close()
        assert not heard
        assert await ask_to_raise(tmp_path, state=state)
        await bell.close()

    asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.skipif(not POSIX, reason="paths of sockets")
def test_a_deep_home_or_a_room_of_others_gets_a_socket_elsewhere(
    tmp_path: Path, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_room = room / "open"
    open_room.mkdir()
    open_room.chmod(0o777)
    own_room = room / "r"
    own_room.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own_room))
    assert instance.new_address(tmp_path, tmp_path / ("deep" * 30)).parent == own_room
    assert instance.new_address(tmp_path, open_room).parent == own_room


@pytest.mark.skipif(not POSIX, reason="Windows has no XDG_RUNTIME_DIR")
def test_a_runtime_folder_that_cannot_be_made_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "file" / "run"))
    too_long = tmp_path / ("x" * 120)
    rung: list[bool] = []

    async def ring() -> bool:
        bell = await serve(tmp_path, lambda: rung.append(True), state=too_long)
        try:
            return await ask_to_raise(tmp_path, state=too_long)
        finally:
            await bell.close()

    assert asyncio.run(ring())
    assert rung == [True]


def test_a_connection_that_ends_with_the_process_leaves_no_traceback(
    tmp_path: Path, state: Path
) -> None:
    """As when somebody presses Quit now while a command's run goes on."""
    told: list[dict[str, object]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        begun = asyncio.Event()

        async def work(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            begun.set()
            await asyncio.Event().wait()

        bell = await serve(tmp_path, lambda: None, work=work, state=state)
        line = await instance.call(tmp_path, state=state)
        assert line is not None
        await begun.wait()
        await bell.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        line[1].close()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert told == []
