"""Sentences about money: what a branch, a run or a collection cost, and how much was kept."""

from __future__ import annotations

from studio.common.i18n import _, ngettext, number
from studio.domain.spend import Outlay
from studio.ui.support import formatting


def of_branch(outlay: Outlay) -> str:
    """What a branch cost, as a sentence."""
    # Translators: {money} is an amount, {kept} the number of picked pictures.
    text = ngettext(
        "This branch cost {money}, {kept} of {n} picked.",
        "This branch cost {money}, {kept} of {n} picked.",
        outlay.made,
    )
    return _filled(text, outlay)


def of_run(outlay: Outlay) -> str:
    """What a run cost, as a sentence; "" for one of a single picture, whose cost is shown."""
    if outlay.made < 2:
        return ""
    # Translators: {money} is an amount, {kept} the number of picked pictures.
    text = ngettext(
        "This run cost {money}, {kept} of {n} picked.",
        "This run cost {money}, {kept} of {n} picked.",
        outlay.made,
    )
    return _filled(text, outlay)


def of_place(outlay: Outlay) -> str:
    """What a collection cost, beside its name; "" for one with imported pictures alone."""
    if not outlay.made:
        return ""
    # Translators: {money} is an amount that pictures cost, {kept} the number of picked ones.
    text = _("{money}, {kept} of {n} picked")
    return _filled(text, outlay)


def _filled(text: str, outlay: Outlay) -> str:
    money = formatting.money(outlay.usd)
    if outlay.unknown and outlay.usd:
        # Translators: {money} is the known part of an amount.
        money = _("more than {money}").format(money=money)
    elif outlay.unknown:
        money = _("an unknown amount")
    return text.format(money=money, kept=number(outlay.kept), n=number(outlay.made))
