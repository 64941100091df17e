"""Conversion of a ComfyUI workflow, the editor's format, to the graph that ComfyUI runs.

In a workflow the values of a node have no names, links are a list of their own, and a group of
nodes ("subgraph") is one node. Muted nodes are left out; bypassed nodes pass their input on.
See `graphToPrompt` in ComfyUI's frontend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

_MUTED: Final = 2
_BYPASSED: Final = 4
_GIVEN, _RETURNED = -10, -20
"""Ids of the nodes that represent a subgraph's inputs and outputs."""

_NODES: Final = 20_000
_DEEPEST: Final = 20

_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", "", "steps", "cfg", "sampler_name",
        "scheduler", "start_at_step", "end_at_step", "return_with_leftover_noise"),
    "SamplerCustom": ("add_noise", "noise_seed", "", "cfg"),
    "RandomNoise": ("noise_seed", ""),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "CFGGuider": ("cfg",),
    "FluxGuidance": ("guidance",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeSDXL": ("width", "height", "crop_w", "crop_h", "target_width",
        "target_height", "text_g", "text_l"),
    "CLIPTextEncodeSDXLRefiner": ("ascore", "width", "height", "text"),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CLIPTextEncodeSD3": ("clip_l", "clip_g", "t5xxl", "empty_padding"),
    "TextEncodeQwenImageEdit": ("prompt",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "CheckpointLoader": ("config_name", "ckpt_name"),
    "UNETLoader": ("unet_name", "weight_dtype"),
    "UnetLoaderGGUF": ("unet_name",),
    "StringConcatenate": ("string_a", "string_b", "delimiter"),
    "ShowText|pysssss": (),
}  # fmt: skip
"""Names of node values for workflows that lack them; "" for a value without a name."""

_VALUE_ALONE: Final = re.compile(
    r"primitive|string|text|literal|constant|^int|^float|seed|prompt", re.IGNORECASE
)
_AFTER_SEED: Final = frozenset({"fixed", "increment", "decrement", "randomize"})


def graph(found: Any) -> dict[str, dict[str, Any]]:
    """The nodes of a workflow's graph by id; empty for anything else."""
    if not isinstance(found, dict) or not isinstance(found.get("nodes"), list):
        return {}
    definitions = found.get("definitions")
    groups = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    known = {
        str(one.get("id")): one
        for one in (groups if isinstance(groups, list) else [])
        if isinstance(one, dict)
    }
    level = _Level(found, "", known, None, {}, 0)
    return dict(islice(level.nodes(), _NODES))


class _Level:
    """The nodes of a workflow or of one subgraph in it.

    Attributes:
        outer: the level that contains the subgraph, as the node `place`.
    """

    def __init__(
        self,
        found: Mapping[str, Any],
        prefix: str,
        groups: Mapping[str, Mapping[str, Any]],
        outer: _Level | None,
        place: Mapping[str, Any],
        depth: int,
    ) -> None:
        self._prefix = prefix
        self._groups = groups
        self._outer = outer
        self._place = place
        self._depth = depth
        self._by_id = {
            str(node.get("id")): node
            for node in found.get("nodes", ())
            if isinstance(node, dict) and node.get("mode") != _MUTED
        }
        self._links = dict(_links(found.get("links")))
        self._ends = dict(_links(found.get("links"), target=True))
        self._set: dict[str, Mapping[str, Any]] = {}
        for node in self._by_id.values():
            if node.get("type") == "SetNode" and (name := _first(node)) is not None:
                self._set[str(name)] = node
        self._inner: dict[str, _Level] = {}

    def nodes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every node that runs; ids in a subgraph are prefixed with the id of its node."""
        for id, node in self._by_id.items():
            if node.get("mode") == _BYPASSED:
                continue
            if (inner := self._group(id)) is not None:
                yield from inner.nodes()
                continue
            kind = node.get("type")
            if not isinstance(kind, str) or kind in ("Note", "MarkdownNote", "Reroute"):
                continue
            yield self._prefix + id, {"class_type": kind, "inputs": self._inputs(node)}

    def _group(self, id: str) -> _Level | None:
        node = self._by_id[id]
        definition = self._groups.get(str(node.get("type")))
        if definition is None or self._depth > _DEEPEST:
            return None
        if id not in self._inner:
            self._inner[id] = _Level(
                definition, f"{self._prefix}{id}:", self._groups, self, node, self._depth + 1
            )
        return self._inner[id]

    def _inputs(self, node: Mapping[str, Any]) -> dict[str, Any]:
        inputs = _values(node)
        for one in _list(node.get("inputs")):
            if not isinstance(one, dict) or one.get("link") is None:
                continue
            source = self.source(one["link"], 0)
            if source is not None:
                inputs[str(one.get("name"))] = source
            elif "widget" not in one:
                inputs.pop(str(one.get("name")), None)
        return inputs

    def source(self, link: Any, depth: int) -> Any:
        """Source of a link: node and output, or a value; None if there is none."""
        if depth > 100 or (ends := self._links.get(str(link))) is None:
            return None
        origin, slot = ends
        if origin == str(_GIVEN):
            return self._given(slot, depth)
        node = self._by_id.get(origin)
        if node is None:
            return None
        kind = node.get("type")
        if kind == "PrimitiveNode":
            return _first(node)
        if kind == "GetNode":
            named = self._set.get(str(_first(node)))
            return None if named is None else self._passed(named, 0, depth)
        if kind in ("Reroute", "SetNode") or node.get("mode") == _BYPASSED:
            return self._passed(node, slot, depth)
        if (inner := self._group(origin)) is not None:
            return inner.returned(slot, depth + 1)
        return [self._prefix + origin, slot]

    def _passed(self, node: Mapping[str, Any], slot: int, depth: int) -> Any:
        """Source behind a pass-through node: its first input of the output's type."""
        inputs = [one for one in _list(node.get("inputs")) if isinstance(one, dict)]
        outputs = _list(node.get("outputs"))
        wanted = outputs[slot].get("type") if slot < len(outputs) else None
        if node.get("mode") == _BYPASSED:
            # Among inputs of the type, the one with the same index comes first.
            inputs = inputs[slot : slot + 1] + inputs
            inputs = [one for one in inputs if one.get("type") == wanted]
        linked = next((one["link"] for one in inputs if one.get("link") is not None), None)
        return None if linked is None else self.source(linked, depth + 1)

    def _given(self, slot: int, depth: int) -> Any:
        """Source of an input of the subgraph."""
        inputs = [one for one in _list(self._place.get("inputs")) if isinstance(one, dict)]
        if self._outer is None or slot >= len(inputs):
            return None
        link = inputs[slot].get("link")
        if link is not None:
            return self._outer.source(link, depth + 1)
        return _values(self._place).get(str(inputs[slot].get("name")))

    def returned(self, slot: int, depth: int) -> Any:
        """Source of an output of the subgraph."""
        for link, (target, place) in self._ends.items():
            if target == str(_RETURNED) and place == slot:
                return self.source(link, depth)
        return None


def _links(found: Any, *, target: bool = False) -> Iterator[tuple[str, tuple[str, int]]]:
    """Id of each link, with the node and slot of its origin or target."""
    side = "target" if target else "origin"
    for one in _list(found) if not isinstance(found, dict) else found.values():
        if isinstance(one, list) and len(one) >= 5:
            id, node, slot = one[0], one[3 if target else 1], one[4 if target else 2]
        elif isinstance(one, dict):
            id, node, slot = one.get("id"), one.get(f"{side}_id"), one.get(f"{side}_slot")
        else:
            continue
        if isinstance(slot, int) and slot >= 0:
            yield str(id), (str(node), slot)


def _values(node: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a node by name, if the names are known."""
    values = node.get("widgets_values")
    if isinstance(values, dict):
        return dict(values)
    values = _list(values)
    kind = str(node.get("type"))
    names: list[str] = [
        str(one["widget"].get("name"))
        for one in _list(node.get("inputs"))
        if isinstance(one, dict) and isinstance(one.get("widget"), dict)
    ]
    if kind in _VALUES:
        names = list(_VALUES[kind])
    elif len(names) < sum(not _after_seed(value) for value in values):
        # Older workflows have names only for linked values.
        alone = len(values) == 1 or (len(values) == 2 and _after_seed(values[1]))
        if alone and _VALUE_ALONE.search(kind) and isinstance(values[0], (str, int)):
            return {"value": values[0]}
        return {}
    found: dict[str, Any] = {}
    at = 0
    for name in names:
        # A seed is followed by its rule for the next run, such as "randomize".
        if name and found and "seed" in next(reversed(found)).lower():
            at += at < len(values) and _after_seed(values[at])
        if at < len(values) and name:
            found[name] = values[at]
        at += 1
    return found


def _after_seed(value: Any) -> bool:
    return isinstance(value, str) and value in _AFTER_SEED


def _first(node: Mapping[str, Any]) -> Any:
    values = node.get("widgets_values")
    return values[0] if isinstance(values, list) and values else None


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
