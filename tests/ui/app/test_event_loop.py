"""The window's loop: callbacks run in order and starve nothing."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, QTimerEvent

from studio.ui.app.event_loop import ReadyQueue, ThreadHandle

WHO = contextvars.ContextVar("who", default="nobody")


async def test_callbacks_are_done_in_order_with_their_context() -> None:
    loop = asyncio.get_running_loop()
    done: list[object] = []
    WHO.set("me")
    context = contextvars.copy_context()
    WHO.set("another")
    for number in range(5):
        loop.call_soon(done.append, number)
    loop.call_soon(lambda: done.append(WHO.get()), context=context)
    dropped = loop.call_soon(done.append, "dropped")
    dropped.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert done == [0, 1, 2, 3, 4, "me"]


async def test_what_other_threads_want_is_done_on_this_one() -> None:
    loop = asyncio.get_running_loop()
    done: list[int] = []
    over = asyncio.Event()

    def elsewhere() -> None:
        for number in range(200):
            loop.call_soon_threadsafe(done.append, number)
        loop.call_soon_threadsafe(over.set)

    threads = [threading.Thread(target=elsewhere) for _number in range(3)]
    for thread in threads:
        thread.start()
    while len(done) < 600:
        await asyncio.sleep(0)
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted([*range(200)] * 3)
    assert over.is_set()


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_what_a_result_of_a_thread_wakes_runs_in_its_round(*, elsewhere: bool) -> None:
    """One round of Qt for each result; what is wanted here waits until Qt had its turn."""
    loop = asyncio.get_running_loop()
    queue, done = ReadyQueue(), []

    def wake() -> None:
        done.append("result")
        queue.add(asyncio.Handle(woken, (), loop))

    def woken() -> None:
        done.append("woken")
        queue.add(asyncio.Handle(done.append, ("later",), loop))

    if elsewhere:
        queue.add_from_elsewhere(ThreadHandle(wake, (), loop))
    else:
        queue.add(asyncio.Handle(wake, (), loop))
    queue.timerEvent(QTimerEvent(0))
    assert done == (["result", "woken"] if elsewhere else ["result"])
    queue.stop()


async def test_coroutines_that_never_rest_leave_room_for_the_window() -> None:
    seen: list[str] = []

    class Window(QObject):
        def customEvent(self, event: QEvent) -> None:  # noqa: N802 Qt's
            seen.append("event")

    window, timer = Window(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: seen.append("timer"))
    timer.start(1)

    QCoreApplication.postEvent(window, QEvent(QEvent.Type.User))
    rounds = 0
    while {"event", "timer"} - set(seen):
        rounds += 1
        await asyncio.sleep(0)
        assert rounds < 1_000_000
    timer.stop()


async def test_a_callback_that_fails_does_not_stop_the_others() -> None:
    loop = asyncio.get_running_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _loop, context: told.append(context["exception"]))
    done: list[str] = []
    loop.call_soon(lambda: 1 / 0)
    loop.call_soon(done.append, "after")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert done == ["after"]
    assert isinstance(told[0], ZeroDivisionError)


async def test_what_blocks_gets_a_thread_when_it_needs_one() -> None:
    before = {thread.ident for thread in threading.enumerate()}
    names = {await asyncio.to_thread(_name_of_thread) for _time in range(5)}
    begun = [thread for thread in threading.enumerate() if thread.ident not in before]
    assert len(names) == 1
    assert [thread.name for thread in begun] == list(names)


def _name_of_thread() -> str:
    return threading.current_thread().name


class _Dear:
    """Tells on which thread it died."""

    def __init__(self, died: list[int]) -> None:
        self._died = died

    def __del__(self) -> None:
        self._died.append(threading.get_ident())


def _use(_thing: _Dear, gate: threading.Event) -> None:
    assert gate.wait(60)


async def test_nothing_dies_on_the_thread_that_had_it_last() -> None:
    died: list[int] = []
    gates = [threading.Event() for _number in range(20)]
    loop = asyncio.get_running_loop()
    for number, gate in enumerate(gates):
        asked = loop.run_in_executor(None, _use, _Dear(died), gate)
        if number % 2:
            asked.cancel()
    last = loop.run_in_executor(None, threading.get_ident)
    for gate in gates:
        gate.set()
    await last
    while len(died) < len(gates):
        await asyncio.sleep(0)
    assert set(died) == {threading.get_ident()}


async def test_what_a_closed_pool_never_began_is_cancelled() -> None:
    died: list[int] = []
    gate, pool = threading.Event(), ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    first = loop.run_in_executor(pool, gate.wait, 60)
    left = loop.run_in_executor(pool, _use, _Dear(died), gate)
    pool.shutdown(wait=False, cancel_futures=True)
    with pytest.raises(asyncio.CancelledError):
        await left
    assert died == [threading.get_ident()]
    gate.set()
    assert await first
