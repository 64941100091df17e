"""No test depends on how fast the machine is.

A difference of clocks is judged in the benchmarks and in the torture tests only. Elsewhere a test
counts, or shows that something ended although what it might have waited for never came. A limit
for what hangs is allowed where no machine that is merely busy reaches it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
MEASURING = ("benchmarks", "torture")
LEAST = 30.0
"""Seconds a limit for what hangs must have."""
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "time"}
LIMITS = {"timeout", "wait", "wait_for", "waitSignal", "waitUntil", "communicate", "join"}
"""Calls that give up after so many seconds (of the first two in milliseconds)."""
WORTH_A_LOOK = re.compile(
    r"monotonic|perf_counter|process_time|time\(|timeout|\.wait\(|wait_for|communicate|"
    r"qWaitForWindowActive|to_thread|\.join\([\dA-Z]"
)
READS_CLOCK = re.compile(rf"\b(?:{'|'.join(sorted(CLOCKS))})\s*\(")

JUDGED = {
    "fake_service.py": "waits for as long as its script says, and judges nothing",
}
SHORT = {
    "leftovers.py": "what is still there afterwards is ended, and no test fails for it",
    "canary.py": "looks again from time to time",
    "library/test_import.py": "looks again from time to time, however often it takes",
    "providers/test_transport.py": "the limit is meant to be reached: the service never answers",
    "ui/controllers/test_every_action.py": "what waits for the user never ends",
    "ui/windows.py": "looks again from time to time, however often it takes",
}


def files() -> list[Path]:
    every = sorted(TESTS.rglob("*.py"))
    return [one for one in every if one.relative_to(TESTS).parts[0] not in MEASURING]


def trees(text: str) -> Iterator[ast.AST]:
    """The module, and the programs it holds as text."""
    tree = ast.parse(text)
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and re.search(
            r"^\s*(import|from) ", str(node.value), re.MULTILINE
        ):
            try:
                yield ast.parse(str(node.value))
            except SyntaxError:
                continue


def reads_clock(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.Call)
        and (
            (isinstance(one.func, ast.Attribute) and one.func.attr in CLOCKS)
            or (isinstance(one.func, ast.Name) and one.func.id in CLOCKS - {"time"})
        )
        for one in ast.walk(node)
    )


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def assigned(tree: ast.AST) -> Iterator[tuple[set[str], ast.AST]]:
    """Names, and what they are given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield names_in(target), node.value
        elif isinstance(node, ast.NamedExpr | ast.AnnAssign | ast.AugAssign) and node.value:
            yield names_in(node.target), node.value


def is_span(node: ast.AST, moments: set[str]) -> bool:
    """Whether a moment is taken from another one; a number of seconds leaves a moment."""
    return any(
        isinstance(one, ast.BinOp)
        and isinstance(one.op, ast.Sub)
        and not isinstance(one.right, ast.Constant)
        and (reads_clock(one) or (names_in(one.left) & moments and names_in(one.right) & moments))
        for one in ast.walk(node)
    )


def judged(tree: ast.AST) -> list[int]:
    """Lines in which a span of time decides about something."""
    moments: set[str] = set()
    for names, value in assigned(tree):
        if reads_clock(value):
            moments |= names
    spans: set[str] = set()
    for names, value in assigned(tree):
        if is_span(value, moments):
            spans |= names
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            wrong = is_span(node, moments) or bool(names_in(node) & spans)
        elif isinstance(node, ast.Return) and node.value is not None:
            wrong = is_span(node.value, moments)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("approx"):
            wrong = reads_clock(node)
        else:
            continue
        if wrong:
            found.append(node.lineno)
    return found


def numbers(tree: ast.AST) -> dict[str, float]:
    """Constants of a module by name."""
    return {
        name: float(value.value)
        for names, value in assigned(tree)
        for name in names
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float)
    }


def seconds(node: ast.AST | None, known: dict[str, float]) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    return known.get(node.id) if isinstance(node, ast.Name) else None


def limits(tree: ast.AST) -> Iterator[tuple[int, ast.AST]]:
    """Lines, and how long is waited there at most."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and reads_clock(node.left):
            yield node.lineno, node.right
        if not isinstance(node, ast.Call):
            continue
        for word in node.keywords:
            if word.arg == "timeout":
                yield node.lineno, word.value
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in LIMITS - {"wait_for", "waitSignal", "waitUntil"} and len(node.args) == 1:
            yield node.lineno, node.args[0]
        if name in {"wait_for", "qWaitForWindowActive"} and len(node.args) == 2:
            yield node.lineno, node.args[1]
        if name == "to_thread" and len(node.args) == 2:
            # The limit stands beside the call, which another thread makes.
            call = node.args[0]
            if isinstance(call, ast.Attribute) and call.attr in {"wait", "join", "acquire"}:
                yield node.lineno, node.args[1]


def short(tree: ast.AST) -> list[int]:
    known = numbers(tree)
    return [
        line
        for line, node in limits(tree)
        if (value := seconds(node, known)) is not None and 0 < value < LEAST
    ]


def found_in(text: str) -> dict[str, list[int]]:
    """Lines by what is wrong with them."""
    found: dict[str, list[int]] = {"judged": [], "short": []}
    if WORTH_A_LOOK.search(text):
        for tree in trees(text):
            if READS_CLOCK.search(text):
                found["judged"] += judged(tree)
            found["short"] += short(tree)
    return {name: lines for name, lines in found.items() if lines}


def test_no_time_is_judged_and_no_limit_is_short() -> None:
    allowed = {"judged": JUDGED, "short": SHORT}
    found: dict[str, dict[str, list[int]]] = {name: {} for name in allowed}
    for path in files():
        for name, lines in found_in(path.read_text(encoding="utf-8")).items():
            found[name][path.relative_to(TESTS).as_posix()] = lines
    for name, reasons in allowed.items():
        assert {one: found[name][one] for one in found[name] if one not in reasons} == {}, name
        assert set(reasons) <= set(found[name]), "no longer needed"


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("began = time.monotonic()\nassert time.monotonic() - began < 2", "judged"),
        ("a = perf_counter()\nb = perf_counter() - a\nassert b < 2", "judged"),
        ("if (took := time.process_time() - a) > 1: fail()", "judged"),
        ("assert job.at == pytest.approx(time.time() + 60, abs=5)", "judged"),
        ("def since(a):\n    return time.monotonic() - a", "judged"),
        ("P = '''\nimport time\nassert time.time() - a < 1\n'''", "judged"),
        ("LIMIT = 5\nend = time.monotonic() + LIMIT", "short"),
        ("subprocess.run([], timeout=20)", "short"),
        ("process.wait(5)", "short"),
        ("async with asyncio.timeout(10): pass", "short"),
        ("asyncio.wait_for(main(), 10)", "short"),
        ("await asyncio.to_thread(request.gone.wait, 1.0)", "short"),
    ],
)
def test_it_is_found(text: str, look: str) -> None:
    assert list(found_in(text)) == [look]


@pytest.mark.parametrize(
    "text",
    [
        "before = time.time()\nassert before + 60 <= job.at <= time.time() + 60",
        "end = time.monotonic() + 60\nwhile time.monotonic() < end: pass",
        "created = time.time() - 21",
        "assert counts(time.time() - 60) == 2",
        "process.wait(60)",
        "await asyncio.to_thread(service.wait_for, 1)",
    ],
)
def test_what_does_not_depend_on_the_machine_is_left_alone(text: str) -> None:
    assert found_in(text) == {}
