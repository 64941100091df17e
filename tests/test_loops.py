"""The loops that tests of the core run on."""

from __future__ import annotations

import pytest

from tests import loops

KINDS = """
    import asyncio
    import pytest

    ran = set()

    @pytest.mark.parametrize("row", range(20))
    async def test_on_both(row):
        ran.add((row, type(asyncio.get_running_loop()).__name__))

    @pytest.mark.one_loop
    @pytest.mark.parametrize("row", range(100, 120))
    async def test_on_one(row):
        ran.add((row, type(asyncio.get_running_loop()).__name__))

    def test_each_row_ran():
        kinds = {kind for _row, kind in ran}
        assert len(kinds) == 2
        for row in range(20):
            assert sum(row == one for one, _kind in ran) == 2
        for row in range(100, 120):
            assert sum(row == one for one, _kind in ran) == 1
        for kind in kinds:
            assert 4 <= sum(kind == one and row >= 100 for row, one in ran) <= 16
"""


def test_a_table_is_shared_out_between_the_loops(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "from tests.loops import pytest_generate_tests, pytest_pyfunc_call\n"
        "def pytest_configure(config): config.addinivalue_line('markers', 'one_loop: x')\n"
    )
    pytester.makepyfile(KINDS)
    if len(loops.LOOPS) == 1:
        pytest.skip("this part runs without Qt")
    pytester.runpytest("-p", "no:asyncio", "-p", "no:randomly").assert_outcomes(passed=61)


def test_a_row_runs_on_the_same_loop_every_time() -> None:
    assert {loops.loop_of(f"test[{n}]") for n in range(20)} == set(loops.LOOPS)
    assert loops.loop_of("test[a]") == loops.loop_of("test[a]")
