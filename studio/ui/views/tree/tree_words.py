"""Texts of a family tree: changes, costs of branches, and items for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.common.word_diff import DiffKind, DiffPiece
from studio.domain.entities import Flag
from studio.domain.family import EdgeChange, FamilyNode, FamilyTree, NodeState, SettingChange
from studio.domain.request_fields import detail_word, thinking_word
from studio.domain.spend import Outlay
from studio.domain.tree_layout import is_rejected
from studio.ui.support import formatting


class LineWords(Enum):
    """Labels of the lines of a tree."""

    WORDS = "words"
    SETTINGS = "settings"
    PIXELS = "pixels"


_SETTINGS: dict[str, Callable[[], str]] = {
    "provider": lambda: _("Provider"),
    "model": lambda: _("Model"),
    "aspect": lambda: _("Aspect ratio"),
    "size": lambda: _("Size"),
    "seed": lambda: _("Seed"),
    "system": lambda: _("System instruction"),
    "temperature": lambda: _("Temperature"),
    "thinking": lambda: _("Thinking"),
    "search": lambda: _("Search"),
    "image_search": lambda: _("Image search"),
    "detail": lambda: _("Detail"),
    "safety": lambda: _("Safety"),
}


def name_of(node: FamilyNode) -> str:
    """Name of a picture, or why it is missing."""
    match node.state:
        case NodeState.PRESENT:
            return one_line(node.name)
        case NodeState.TRASHED:
            return _("in trash")
        case NodeState.DELETED:
            return _("deleted")
        case _:
            return _("not in this library")


def on_line(change: EdgeChange, words: LineWords) -> list[DiffPiece]:
    """Pieces of the text over the line to a child."""
    if words is LineWords.WORDS:
        pieces = [
            *_listed(change.removed, DiffKind.REMOVED),
            *_listed(change.added, DiffKind.ADDED),
        ]
        return pieces or [DiffPiece(DiffKind.SAME, _("no words changed"))]
    if words is LineWords.PIXELS:
        if change.drift is None:
            return []
        share = formatting.percent(change.drift)
        # Translators: {share} is a percentage.
        return [DiffPiece(DiffKind.SAME, _("{share} of the pixels").format(share=share))]
    return [DiffPiece(DiffKind.SAME, listed(_settings(change)) or _("same settings"))]


def _listed(texts: Sequence[str], kind: DiffKind) -> list[DiffPiece]:
    found = (one_line(text) for text in texts)
    return [DiffPiece(kind, text.strip(" ,.;:") or text) for text in found if text.strip()]


def _settings(change: EdgeChange) -> list[str]:
    texts = [
        # Translators: a changed {setting} of a picture and its {value}, such as "Size: 2K".
        _("{setting}: {value}").format(
            setting=_SETTINGS[one.name](), value=_value(one) or _("model default")
        )
        for one in change.settings
        if one.name in _SETTINGS
    ]
    if more := len(change.more):
        texts.append(
            ngettext("{n} more reference", "{n} more references", more).format(n=number(more))
        )
    if fewer := len(change.fewer):
        texts.append(
            ngettext("{n} reference fewer", "{n} references fewer", fewer).format(n=number(fewer))
        )
    return texts


def _value(setting: SettingChange) -> str:
    """New value of a changed setting; "" if it is left to the model."""
    match setting.name:
        case "thinking":
            return thinking_word(setting.after)
        case "detail":
            return detail_word(setting.after)
        case _:
            return one_line(setting.after)


def spend(outlay: Outlay, *, root: bool) -> str:
    """Cost of a branch, and its picks of all pictures: "$28.41, 4 of 212"; no picks for a root."""
    count = (
        number(outlay.made)
        if root
        else _("{n} of {all}").format(n=number(outlay.kept), all=number(outlay.made))
    )
    # Translators: {money} a branch of the tree cost, and the {count} of its pictures.
    return _("{money}, {count}").format(money=formatting.money(outlay.usd), count=count)


def drawn(shown: int, count: int) -> str:
    """Number of pictures of a family that are not folded."""
    return _("{n} of {all} drawn, the rest folded").format(n=number(shown), all=number(count))


def fold_words(tree: FamilyTree, folded: Sequence[str]) -> tuple[str, str]:
    """The two lines beside a fold: its contents, and its number of picks."""
    count = sum(1 for id in folded for _one in tree.descendants(id))
    branches = sum(1 for id in folded if tree.children(id))
    head = _("+ {n}").format(n=number(count))
    if branches > 1 and branches == len(folded):
        head = ngettext("+ {n} branch", "+ {n} branches", branches).format(n=number(branches))
    kept = sum(tree.outlay(id).kept for id in folded)
    if kept:
        return head, ngettext("{n} picked", "{n} picked", kept).format(n=number(kept))
    if all(is_rejected(tree.nodes[id]) and not tree.children(id) for id in folded):
        return head, _("rejected")
    return head, ""


def head(tree: FamilyTree) -> str:
    """Facts of a family for the bar: pictures, generations, picks, cost."""
    total = tree.outlay(tree.root)
    depth = 1
    depths = {tree.root: 1}
    for id, node in tree.nodes.items():
        depths[id] = depths.get(node.parent, 0) + 1
        depth = max(depth, depths[id])
    here = sum(1 for node in tree.nodes.values() if node.state is NodeState.PRESENT)
    return listed(
        (
            ngettext("{n} picture", "{n} pictures", here).format(n=number(here)),
            ngettext("{n} generation", "{n} generations", depth).format(n=number(depth)),
            ngettext("{n} pick", "{n} picks", total.kept).format(n=number(total.kept)),
            formatting.money(total.usd),
        )
    )


def spoken(tree: FamilyTree, id: str, *, folded: bool | None) -> str:
    """Text of an item for screen readers; `folded` is None if the item's state conveys it."""
    node = tree.nodes[id]
    parts = [name_of(node)]
    if node.branch:
        parts.append(_("branch {name}").format(name=one_line(node.branch)))
    if node.parent in tree.nodes:
        parts.append(_("child of {name}").format(name=name_of(tree.nodes[node.parent])))
    if node.flag is Flag.PICK:
        parts.append(_("picked"))
    elif node.flag is Flag.REJECT:
        parts.append(_("rejected"))
    if node.rating:
        stars = ngettext("{n} star", "{n} stars", node.rating)
        parts.append(stars.format(n=number(node.rating)))
    if children := len(tree.children(id)):
        parts.append(ngettext("{n} child", "{n} children", children).format(n=number(children)))
        if folded is not None:
            parts.append(_("folded") if folded else _("expanded"))
    return listed(parts)
