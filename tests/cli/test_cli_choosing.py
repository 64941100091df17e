"""`gridbrush library`: families, branches, stacks, flags, rounds and orders."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

import pytest

from studio.domain.choices import Verdict
from studio.domain.entities import Drift
from tests.cli.program import CliProgram
from tests.library.builders import opened

pytestmark = pytest.mark.usefixtures("warm")


def ids(program: CliProgram, *words: str) -> list[str]:
    result = program("library", "list", "--json", *words)
    assert result.code == 0, result.err
    return [one["id"] for one in result.events]


def edited(program: CliProgram, prompt: str, id: str) -> str:
    result = program("generate", prompt, "--edit", id, "--json")
    assert result.code == 0, result.err
    return str(result.only("image")[0]["id"])


def test_a_family_is_shown_and_its_branch_named_and_found(copied: CliProgram) -> None:
    root = ids(copied)[0]
    child = edited(copied, "Make it night", root)
    deep = edited(copied, "Make it night, with snow", child)
    other = edited(copied, "Make it red", root)
    nodes = copied("library", "family", deep[-8:], "--json").events
    assert [(one["id"], one["parent"]) for one in nodes] == [
        (root, None),
        (child, root),
        (deep, child),
        (other, root),
    ]
    assert nodes[2]["changed"]["added"] == [", with snow"]
    assert nodes[0]["made"] == 4
    said = copied("library", "branch", child, "--name", "Client's  choice")
    assert said.out == "Branch named “Client's choice”\n", said.err
    assert ids(copied, "branch:client's choice") == [deep, child]
    assert copied("library", "flag", "pick", deep).out == "1 picture picked\n"
    (branch,) = copied("library", "branch", child, "--json").events
    assert (branch["branch"], branch["pictures"]) == ("Client's choice", [child, deep])
    assert (branch["made"], branch["picked"]) == (2, 1)
    plain = copied("library", "branch", deep).out
    assert plain == ("Branch: Client's choice\nThis branch cost 0.00 USD, 1 of 1 picked.\n"), plain
    tree = copied("library", "family", root).out.splitlines()
    assert [line.split("\t")[0] for line in tree] == [
        f"{root[-8:]}*",
        f"  {child[-8:]}",
        f"    {deep[-8:]}",
        f"  {other[-8:]}",
    ]
    assert "+, with snow" in tree[2]
    assert copied("library", "branch", child, "--name", "").out == "Branch name cleared\n"
    assert ids(copied, "drift:unknown") == [other, deep, child]
    assert copied("library", "list", "drift:much").code == 2


def test_the_drift_of_a_picture_is_shown_and_found(copied: CliProgram) -> None:
    root = ids(copied)[0]
    child = edited(copied, "Make it night", root)
    drift = Drift(parent=root, share=0.031, shift_x=1.5, scale=1.01, aligned=True)

    async def store() -> None:
        async with opened(copied.home) as library:
            await library.choosing.set_drift(child, drift)

    asyncio.run(store())
    (shown,) = copied("library", "show", child, "--json").events
    assert shown["drift"] == asdict(drift)
    assert "Changed pixels: 3.1%" in copied("library", "show", child).out
    assert ids(copied, "drift:<5%") == [child]
    assert ids(copied, "--sort", "drift")[0] == child
    (shown,) = copied("library", "show", root, "--json").events
    assert "drift" not in shown


def test_a_stack_is_made_shown_and_taken_apart(copied: CliProgram) -> None:
    every = ids(copied)
    assert copied("library", "stack", *every[:3]).out == "3 pictures stacked\n"
    assert copied("library", "stack", every[2], "--cover").out == "Cover of the stack set\n"
    (shown,) = copied("library", "stack", every[0], "--json").events
    assert (shown["pictures"], shown["cover"]) == (every[2::-1], every[2])
    assert shown["made"] == 3
    assert copied("library", "stack", every[0], "--apart").out == "1 picture unstacked\n"
    (shown,) = copied("library", "stack", every[1], "--by", "hand", "--json").events
    assert shown["pictures"] == [every[2], every[1]]
    assert copied("library", "stack", *every[:2], "--cover").code == 2
    assert copied("library", "stack", every[0], "--by-rule").code == 0
    assert "This stack of 2 pictures cost" in copied("library", "stack", every[1]).out


def test_rounds_and_orders_are_listed(copied: CliProgram) -> None:
    every = ids(copied)

    async def choose() -> tuple[str, list[str]]:
        async with opened(copied.home) as library:
            one = await library.choosing.start_round("Evening", every)
            for verdict in (Verdict.PICK, Verdict.REJECT):
                one, decision = one.decide(verdict)
                await library.choosing.decide(one.id, decision)
            duel = await library.choosing.start_duel("Best", every, best=4)
            while not duel.finished:
                duel, decision = duel.decide(Verdict.FIRST)
                await library.choosing.decide(duel.id, decision)
            return duel.id, [id for place in duel.order for id in place.pictures]

    duel, order = asyncio.run(choose())
    found: list[dict[str, Any]] = copied("library", "rounds", "--json").events
    assert [(one["kind"], one["name"], one["total"]) for one in found] == [
        ("duel", "Best", found[0]["done"]),
        ("round", "Evening", 4),
    ]
    assert (found[1]["picked"], found[1]["rejected"], found[1]["undecided"]) == (1, 1, 2)
    listed = copied("library", "order", duel[-8:], "--json").events
    assert [(one["place"], one["id"]) for one in listed] == [
        (str(number), id) for number, id in enumerate(order, start=1)
    ]
    decided = copied("library", "order", found[1]["id"]).out.splitlines()
    assert decided == [f"pick\t{every[0][-8:]}", f"reject\t{every[1][-8:]}"]
    assert copied("library", "order", "nowhere").code == 2
    assert ids(copied, "is:picked") == every[:1]
