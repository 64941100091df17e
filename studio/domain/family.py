"""Family of a picture: the tree of all pictures that were edited from a common original.

The parent is the picture that was edited; other pictures sent with it are references. Parents that
were trashed, deleted or never in the library stay as empty nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from studio.common import word_diff
from studio.domain.entities import Flag, Job, Role
from studio.domain.spend import Outlay


class NodeState(StrEnum):
    """Whether the picture of a node can be shown; all nodes but `PRESENT` ones are empty."""

    PRESENT = "present"
    TRASHED = "trashed"
    DELETED = "deleted"
    UNKNOWN = "unknown"  # never in this library


@dataclass(frozen=True, slots=True)
class NodeReference:
    """A picture sent along with the edited one."""

    picture: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyNode:
    """A picture in its family.

    Attributes:
        row: number in the order of arrival; 0 if it was never in the library.
        parent: id of the edited picture; "" for the root.
        references: other pictures of the library sent with it.
        branch: name of the branch that begins here; "" for none.
        drift: share of pixels changed against the parent; None if not measured.
        inputs: sha256 of all references but the edited picture.
        settings: settings of its request by name, as text, without those left to the model.
    """

    id: str
    row: int = 0
    parent: str = ""
    state: NodeState = NodeState.PRESENT
    name: str = ""
    branch: str = ""
    sha256: str = ""
    prompt: str = ""
    created: float = 0.0
    width: int = 0
    height: int = 0
    colour: int = 0x808080
    rating: int = 0
    flag: Flag = Flag.NONE
    missing: bool = False
    imported: bool = False
    cost_usd: float | None = None
    drift: float | None = None
    references: tuple[NodeReference, ...] = ()
    inputs: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def outlay(self) -> Outlay:
        """Cost of this picture alone, and whether it is kept."""
        if self.state is NodeState.UNKNOWN:
            return Outlay()
        kept = self.flag is Flag.PICK and self.state is NodeState.PRESENT
        if self.imported:
            return Outlay(kept=int(kept))
        unknown = self.cost_usd is None
        return Outlay(usd=self.cost_usd or 0.0, unknown=int(unknown), made=1, kept=int(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """A setting that differs between two pictures; a value is "" if left to the model."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeChange:
    """Difference between a picture and its parent.

    Attributes:
        added, removed: words of the prompt, one text for each change.
        more, fewer: sha256 of the references that only the child, or only the parent, has.
        drift: share of changed pixels; None if not measured.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    settings: tuple[SettingChange, ...] = ()
    more: tuple[str, ...] = ()
    fewer: tuple[str, ...] = ()
    drift: float | None = None


def changes(parent: FamilyNode, child: FamilyNode) -> EdgeChange:
    """Changes from a picture to its child.

    All words are new if the parent is empty or the prompts have little in common: then the child's
    prompt is an instruction.
    """
    added, removed = _words(parent.prompt, child.prompt)
    before, after = dict(parent.settings), dict(child.settings)
    names = [*after, *(name for name in before if name not in after)]
    known = parent.state in (NodeState.PRESENT, NodeState.TRASHED)
    return EdgeChange(
        added=added,
        removed=removed,
        settings=tuple(
            SettingChange(name=name, before=before.get(name, ""), after=after.get(name, ""))
            for name in names
            if known and before.get(name, "") != after.get(name, "")
        ),
        more=tuple(one for one in child.inputs if one not in parent.inputs),
        fewer=tuple(one for one in parent.inputs if one not in child.inputs),
        drift=child.drift,
    )


def _words(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not word_diff.worth_marking(before, after):
        return (() if before.strip() == after.strip() or not after.strip() else (after,)), ()
    pairs = word_diff.changes(before, after)
    return tuple(new for _old, new in pairs if new), tuple(old for old, _new in pairs if old)


class FamilyTree:
    """All pictures of a family.

    Attributes:
        root: id of the first picture.
        nodes: nodes by id, parents before children, siblings in order of arrival.
        jobs: failed and cancelled jobs that edited one of them and were not dismissed.
    """

    def __init__(self, nodes: Iterable[FamilyNode], jobs: Iterable[Job] = ()) -> None:
        """`nodes` have one root and no cycles; a node whose parent is missing is left out."""
        every = sorted(nodes, key=lambda node: (node.row, node.id))
        below: dict[str, list[FamilyNode]] = {}
        for node in every:
            below.setdefault(node.parent, []).append(node)
        self.nodes: dict[str, FamilyNode] = {}
        level = below.get("", [])[:1]
        while level:
            self.nodes.update((node.id, node) for node in level)
            level = [child for node in level for child in below.get(node.id, ())]
        self.root = next(iter(self.nodes), "")
        self.jobs = tuple(jobs)
        self._children = {id: tuple(child.id for child in below.get(id, ())) for id in self.nodes}
        self._outlays: dict[str, Outlay] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def children(self, id: str) -> tuple[str, ...]:
        """Ids of the pictures edited from this one, in order of arrival."""
        return self._children[id]

    def ancestors(self, id: str) -> list[str]:
        """Ids of the ancestors, from the root to the direct parent."""
        found: list[str] = []
        while (id := self.nodes[id].parent) in self.nodes:
            found.append(id)
        return found[::-1]

    def descendants(self, id: str) -> Iterator[str]:
        """This id and those of all its descendants, each before its children."""
        waiting = [id]
        while waiting:
            yield (one := waiting.pop())
            waiting += reversed(self._children[one])

    def present(self, id: str) -> list[str]:
        """The ids among `descendants` that are in the library and not in the trash."""
        every = self.descendants(id)
        return [one for one in every if self.nodes[one].state is NodeState.PRESENT]

    def branch_of(self, id: str) -> str:
        """Name of the innermost branch that this picture is in; "" for none."""
        for one in [id, *reversed(self.ancestors(id))]:
            if self.nodes[one].branch:
                return self.nodes[one].branch
        return ""

    @property
    def branches(self) -> list[str]:
        """Ids of the pictures where named branches begin."""
        return [id for id, node in self.nodes.items() if node.branch]

    def change(self, id: str) -> EdgeChange | None:
        """Changes from its parent to this picture; None for the root."""
        node = self.nodes[id]
        return changes(self.nodes[node.parent], node) if node.parent in self.nodes else None

    def outlay(self, id: str) -> Outlay:
        """Cost of a picture and all its descendants, and the number of them that are kept."""
        if not self._outlays:
            for one in reversed(self.nodes):
                total = self.nodes[one].outlay
                for child in self._children[one]:
                    total += self._outlays[child]
                self._outlays[one] = total
        return self._outlays[id]
