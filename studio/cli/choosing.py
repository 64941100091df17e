"""Families, branches, stacks, rounds and duels of `gridbrush library`."""

from __future__ import annotations

from typing import Any

from studio.app.core import Core
from studio.cli.output import print_result, say_json, table
from studio.common import i18n
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext
from studio.domain.duel import Duel
from studio.domain.entities import Picture
from studio.domain.family import EdgeChange, FamilyNode, FamilyTree, NodeState
from studio.domain.pick_round import PickRound
from studio.domain.spend import Outlay
from studio.domain.stacks import StackBy


def is_change(options: Any) -> bool:
    """Whether `branch` or `stack` changes the library."""
    if options.action == "branch":
        return options.name is not None
    return bool(len(options.ids) > 1 or options.cover or options.apart or options.by_rule)


def change_of(options: Any) -> str:
    """Name of the change that `stack` requests."""
    for name, wanted in (
        ("cover", options.cover),
        ("unstack", options.apart),
        ("stack-by-rule", options.by_rule),
    ):
        if wanted:
            return name
    return "stack"


async def family(core: Core, options: Any) -> int:
    """Print the whole family of a picture, parents before children."""
    picture = await core.library.resolve(options.id)
    tree = await core.library.choosing.family(picture.id)
    rows: list[tuple[str, ...]] = []
    for id in tree.descendants(tree.root):
        node, outlay = tree.nodes[id], tree.outlay(id)
        if options.json:
            say_json({**_node_facts(tree, node), **_outlay_facts(outlay)})
            continue
        depth = len(tree.ancestors(id))
        mark = "*" if id == picture.id else ""
        rows.append(
            (
                "  " * depth + id[-8:] + mark,
                node.branch,
                _state(node) or node.name,
                _change(tree.change(id)),
                _money(outlay),
                _kept(outlay),
            )
        )
    if not options.json:
        table(
            rows,
            headings=(_("Id"), _("Branch"), _("Name"), _("Changed"), _("Cost in USD"), _("Picked")),
        )
    return 0


async def branch(core: Core, options: Any) -> int:
    """Print the pictures and cost of a branch."""
    picture = await core.library.resolve(options.id)
    tree = await core.library.choosing.family(picture.id)
    outlay = tree.outlay(picture.id)
    if options.json:
        facts = {
            "id": picture.id,
            "branch": tree.nodes[picture.id].branch,
            "within": tree.branch_of(picture.id),
            "pictures": list(tree.descendants(picture.id)),
        }
        say_json({**facts, **_outlay_facts(outlay)})
        return 0
    if name := tree.branch_of(picture.id):
        print_result(_("Branch: {name}").format(name=name))
    print_result(
        # Translators: {money} is an amount, {kept} such as "4 of 9".
        _("This branch cost {money} USD, {kept} picked.").format(
            money=_money(outlay), kept=_kept(outlay)
        )
    )
    return 0


async def stack(core: Core, options: Any) -> int:
    """Print the stack that a picture is in."""
    choosing = core.library.choosing
    picture = await core.library.resolve(options.ids[0])
    by = StackBy(options.by)
    (key,) = await choosing.stack_keys([picture.row], by)
    rows = await choosing.stack_members(key, by) if key else [picture.row]
    (cover,) = await choosing.covers([rows])
    outlay = await choosing.outlay_of(rows)
    pictures = await core.library.pictures(rows)
    if options.json:
        facts = {
            "by": by.value,
            "cover": next((one.id for one in pictures if one.row == cover), None),
            "pictures": [one.id for one in pictures],
        }
        say_json({**facts, **_outlay_facts(outlay)})
        return 0
    _print_pictures(pictures, cover)
    # Translators: {money} is an amount, {kept} such as "4 of 9".
    words = ngettext(
        "This stack of {n} picture cost {money} USD, {kept} picked.",
        "This stack of {n} pictures cost {money} USD, {kept} picked.",
        len(pictures),
    )
    print_result(
        words.format(n=i18n.number(len(pictures)), money=_money(outlay), kept=_kept(outlay))
    )
    return 0


def _print_pictures(pictures: list[Picture], cover: int) -> None:
    table(
        [
            (one.id[-8:], _("cover") if one.row == cover else "", one.flag, one.name)
            for one in pictures
        ],
        headings=(_("Id"), "", _("Mark"), _("Name")),
    )


async def rounds(core: Core, options: Any) -> int:
    """Print the rounds of pick mode and the duels, newest first."""
    rows: list[tuple[str, ...]] = []
    for one in await core.library.choosing.rounds():
        facts = _duel_facts(one) if isinstance(one, Duel) else _round_facts(one)
        if options.json:
            say_json(facts)
        done, total = facts["done"], facts["total"]
        kind = _("duel") if isinstance(one, Duel) else _("round")
        rows.append((one.id[-8:], kind, one.name, f"{done}/{total}"))
    if not options.json:
        table(rows, headings=(_("Id"), _("Kind"), _("Name"), _("Decided")))
    return 0


async def order(core: Core, options: Any) -> int:
    """Print the order of a duel, or the decisions of a round."""
    found = [
        one
        for one in await core.library.choosing.rounds()
        if one.id.startswith(options.id) or one.id.endswith(options.id)
    ]
    if len(found) != 1 or len(options.id) < 4:
        raise InputError(
            # Translators: {id} is a round or duel.
            _("No round or duel {id}").format(id=options.id),
            hint=_("`gridbrush library rounds` shows the ids."),
        )
    (one,) = found
    rows: list[tuple[str, ...]] = []
    for place, id in _places(one):
        if options.json:
            say_json({"place": place, "id": id})
        rows.append((place, id[-8:]))
    if not options.json:
        table(rows, headings=(_("Place"), _("Id")))
    return 0


def _places(one: PickRound | Duel) -> list[tuple[str, str]]:
    """Number or verdict of each decided picture, and its id."""
    if isinstance(one, Duel):
        return [(str(place.number), id) for place in one.order for id in place.pictures]
    verdicts = one.verdicts
    return [(verdicts[id].value, id) for id in one.pictures if id in verdicts]


def _round_facts(one: PickRound) -> dict[str, Any]:
    counts = one.counts
    return {
        "id": one.id,
        "kind": "round",
        "name": one.name,
        "created": one.definition.created,
        "done": counts.picked + counts.rejected,
        "total": counts.total,
        "number": counts.number,
        "picked": counts.picked,
        "rejected": counts.rejected,
        "undecided": counts.undecided,
    }


def _duel_facts(one: Duel) -> dict[str, Any]:
    done = len(one.decisions)
    return {
        "id": one.id,
        "kind": "duel",
        "name": one.name,
        "created": one.definition.created,
        "done": done,
        "total": done + one.to_come,
        "best": one.definition.best,
        "pictures": len(one.present),
        "finished": one.finished,
    }


def _node_facts(tree: FamilyTree, node: FamilyNode) -> dict[str, Any]:
    change = tree.change(node.id)
    return {
        "id": node.id,
        "parent": node.parent or None,
        "state": node.state.value,
        "name": node.name,
        "branch": node.branch,
        "rating": node.rating,
        "flag": node.flag,
        "own_cost_usd": node.cost_usd,
        "drift": node.drift,
        "references": [{"picture": one.picture, "role": one.role} for one in node.references],
        "changed": None
        if change is None
        else {
            "added": list(change.added),
            "removed": list(change.removed),
            "settings": {one.name: [one.before, one.after] for one in change.settings},
            "references_added": list(change.more),
            "references_removed": list(change.fewer),
        },
    }


def _outlay_facts(outlay: Outlay) -> dict[str, Any]:
    return {
        "cost_usd": round(outlay.usd, 6),
        "cost_unknown": outlay.unknown,
        "made": outlay.made,
        "picked": outlay.kept,
    }


def _change(change: EdgeChange | None) -> str:
    if change is None:
        return ""
    parts = [*(f"+{words}" for words in change.added), *(f"-{words}" for words in change.removed)]
    parts += [f"{one.name}: {one.before or '-'} > {one.after or '-'}" for one in change.settings]
    if number := len(change.more) + len(change.fewer):
        parts.append(
            ngettext("{n} reference changed", "{n} references changed", number).format(
                n=i18n.number(number)
            )
        )
    if change.drift is not None:
        # Translators: {share} is a percentage.
        parts.append(_("{share} of pixels changed").format(share=f"{change.drift:.1%}"))
    return i18n.listed(parts)


def _state(node: FamilyNode) -> str:
    return {
        NodeState.PRESENT: "",
        NodeState.TRASHED: _("in the trash"),
        NodeState.DELETED: _("deleted"),
        NodeState.UNKNOWN: _("not in this library"),
    }[node.state]


def _money(outlay: Outlay) -> str:
    return f"≈ {outlay.usd:.2f}" if outlay.usd else "0.00"


def _kept(outlay: Outlay) -> str:
    # Translators: {kept} is a number.
    return _("{kept} of {n}").format(kept=i18n.number(outlay.kept), n=i18n.number(outlay.made))
