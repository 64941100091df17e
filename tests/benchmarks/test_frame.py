"""The framework of the benchmarks: no goal is met without a measurement."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import frame, order, search, thumbnails
from tests.benchmarks.frame import Benchmark, Measure, NotMeasured, Result


def measure(name: str = "a", other: dict[str, float] | None = None) -> Measure:
    numbers = {"value": 1.0, "peer_value": 1.0, "ratio": 1.0} | (other or {})
    return Measure(name=name, unit="s", peer="p", goal="at most 1", holds=True, **numbers)


@pytest.mark.parametrize("number", ["value", "peer_value", "ratio"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_measure_without_a_number_cannot_be_made(number: str, value: float) -> None:
    with pytest.raises(ValueError, match=number):
        measure("a", {number: value})


def test_a_goal_that_was_not_measured_does_not_hold() -> None:
    missing = NotMeasured("a", "no peer")
    assert missing.holds is False
    assert str(missing) == "a: not measured (no peer)"


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, **found: object) -> int:
    """The command, with benchmarks that yield these results or break."""

    def find(name: str) -> Benchmark:
        results = found[name]

        def yielded() -> Iterator[Result]:
            if isinstance(results, Exception):
                raise results
            yield from results  # type: ignore[misc]

        return yielded

    monkeypatch.chdir(folder)
    return benchmarks.main([], tuple(found), find)


def test_the_command_fails_for_what_was_not_measured_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, one=[measure()]) == 0
    assert run(monkeypatch, tmp_path, one=[NotMeasured("a", "no peer")]) == 1
    assert run(monkeypatch, tmp_path, one=[]) == 1
    assert run(monkeypatch, tmp_path, one=FileNotFoundError("libraries"), two=[measure("b")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "one: not measured (FileNotFoundError: libraries)"
    assert lines[-1].startswith("b: 1 s")


def test_an_older_result_does_not_stay_when_nothing_was_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(monkeypatch, tmp_path, one=[measure("a"), measure("b")], two=[measure("c")])
    run(monkeypatch, tmp_path, one=[NotMeasured("a", "no peer")])
    kept = json.loads((tmp_path / frame.RESULTS).read_text())
    assert [(one["name"], one["holds"]) for one in kept] == [("c", True), ("a", False)]


def test_thumbnails_without_their_peer_are_not_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    results = list(thumbnails.run())
    assert len(results) == len(thumbnails.KINDS)
    assert all(isinstance(result, NotMeasured) for result in results)


def test_a_fresh_clone_has_a_folder_for_the_libraries(tmp_path: Path) -> None:
    home = tmp_path / "build" / "libraries"
    with search.temporary(home) as folder:
        assert Path(folder).parent == home


def test_a_loop_that_never_came_round_has_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    async def blocked() -> float:
        watch = asyncio.create_task(order._gaps())
        await asyncio.sleep(0)
        now = time.perf_counter()
        monkeypatch.setattr(time, "perf_counter", lambda: now + 5)
        watch.cancel()
        return await watch

    assert asyncio.run(blocked()) > 4000
