"""Workflows as ComfyUI's editor saves them, for pictures that have no graph."""

from __future__ import annotations

import json
from typing import Any

from studio.library.metadata import comfyui, comfyui_workflow
from studio.library.metadata.provenance import read


class Editor:
    """Puts a workflow together: nodes by number, links by number."""

    def __init__(self, *, named: bool = False) -> None:
        self.nodes: dict[int, dict[str, Any]] = {}
        self.links: list[list[Any]] = []
        self._named = named

    def add(
        self, id: int, kind: str, values: list[Any] | None = None, outputs: str = "ANY", **more: Any
    ) -> int:
        widgets = more.pop("widgets", [])
        inputs = [
            {"name": name, "type": "STRING", "widget": {"name": name}, "link": None}
            for name in widgets
            if self._named
        ]
        self.nodes[id] = {
            "id": id, "type": kind, "mode": 0, "inputs": inputs,
            "outputs": [{"name": one, "type": one} for one in outputs.split()],
            "widgets_values": values or [], **more,
        }  # fmt: skip
        return id

    def link(self, origin: int, slot: int, target: int, name: str, kind: str = "ANY") -> None:
        number = len(self.links) + 1
        inputs = self.nodes[target]["inputs"] if target in self.nodes else []
        known = next((one for one in inputs if one["name"] == name), None)
        if known is None:
            known = {"name": name, "type": kind}
            inputs.append(known)
        known["link"] = number
        self.links.append([number, origin, slot, target, inputs.index(known), kind])

    def saved(self, **more: Any) -> dict[str, Any]:
        return {"nodes": list(self.nodes.values()), "links": self.links, "version": 0.4, **more}


def usual(*, named: bool = False) -> Editor:
    one = Editor(named=named)
    widgets = ["seed", "steps", "cfg", "sampler_name", "scheduler", "denoise"]
    one.add(3, "KSampler", [11, "randomize", 8, 2, "euler", "normal", 1], "LATENT", widgets=widgets)
    one.add(4, "CheckpointLoaderSimple", ["sdxl.safetensors"], "MODEL CLIP VAE",
        widgets=["ckpt_name"])  # fmt: skip
    one.add(6, "CLIPTextEncode", ["a paper boat"], "CONDITIONING", widgets=["text"])
    one.add(7, "CLIPTextEncode", ["bad"], "CONDITIONING", widgets=["text"])
    one.add(8, "VAEDecode", [], "IMAGE")
    one.add(9, "SaveImage", ["ComfyUI"], "", widgets=["filename_prefix"])
    one.add(1, "Note", ["a note that is longer than any prompt of them all"])
    one.link(4, 0, 3, "model", "MODEL")
    one.link(6, 0, 3, "positive", "CONDITIONING")
    one.link(7, 0, 3, "negative", "CONDITIONING")
    one.link(4, 1, 6, "clip", "CLIP")
    one.link(4, 1, 7, "clip", "CLIP")
    one.link(3, 0, 8, "samples", "LATENT")
    one.link(8, 0, 9, "images", "IMAGE")
    return one


BOAT = ("a paper boat", 11, "sdxl.safetensors")


def found(workflow: dict[str, Any]) -> tuple[str, Any, str]:
    one = comfyui.read(comfyui_workflow.graph(workflow))
    return one.prompt, one.seed, one.model


def test_a_workflow_of_any_age_tells_what_its_graph_would() -> None:
    assert found(usual().saved()) == BOAT
    assert found(usual(named=True).saved()) == BOAT
    one = read({"workflow": json.dumps(usual().saved())})
    assert (one.tool, one.prompt, one.seed, one.model) == ("ComfyUI", *BOAT)
    assert dict(one.settings)["Negative prompt"] == "bad"
    inside = {"workflow": usual().saved(), "prompt": {}}
    assert read({"UserComment": json.dumps(inside)}).prompt == "a paper boat"


def test_values_that_were_linked_are_those_of_the_link() -> None:
    one = usual()
    one.nodes[6]["widgets_values"] = ["left from before"]
    one.add(20, "PrimitiveNode", ["a paper boat", "fixed"], "STRING")
    one.add(21, "PrimitiveInt", [11, "randomize"], "INT")
    one.nodes[3]["widgets_values"][0] = 5
    one.link(20, 0, 6, "text", "STRING")
    one.link(21, 0, 3, "seed", "INT")
    assert found(one.saved()) == BOAT


def test_reroutes_and_named_places_are_gone_through() -> None:
    one = usual()
    one.nodes[3]["inputs"] = [i for i in one.nodes[3]["inputs"] if i["name"] != "positive"]
    one.add(20, "Reroute", [], "CONDITIONING")
    one.add(21, "GetNode", ["words"], "CONDITIONING")
    one.add(22, "SetNode", ["words"], "CONDITIONING")
    one.link(6, 0, 22, "CONDITIONING", "CONDITIONING")
    one.link(21, 0, 20, "", "CONDITIONING")
    one.link(20, 0, 3, "positive", "CONDITIONING")
    assert found(one.saved()) == BOAT


def test_what_is_muted_does_not_count_and_what_is_bypassed_hands_on() -> None:
    one = usual()
    one.add(30, "SaveImage", ["other"], "", mode=2)
    one.add(31, "KSampler", [5, "fixed", 8, 2, "euler", "normal", 1], "LATENT", mode=2)
    one.link(31, 0, 30, "images", "IMAGE")
    one.nodes[3]["inputs"] = [i for i in one.nodes[3]["inputs"] if i["name"] != "positive"]
    one.add(32, "ControlNetApply", [1], "CONDITIONING", mode=4)
    one.link(6, 0, 32, "conditioning", "CONDITIONING")
    one.link(32, 0, 3, "positive", "CONDITIONING")
    assert found(one.saved()) == BOAT


def test_a_muted_prompt_is_none() -> None:
    one = usual()
    one.nodes[6]["mode"] = 2
    assert found(one.saved())[0] == ""


def test_groups_are_looked_into() -> None:
    inner = Editor(named=True)
    inner.add(6, "CLIPTextEncode", [""], "CONDITIONING", widgets=["text"])
    inner.link(-10, 0, 6, "clip", "CLIP")
    inner.link(-10, 1, 6, "text", "STRING")
    links = [
        {"id": id, "origin_id": a, "origin_slot": b, "target_id": c, "target_slot": d, "type": e}
        for id, a, b, c, d, e in [*inner.links, [9, 6, 0, -20, 0, "CONDITIONING"]]
    ]
    group: dict[str, Any] = {
        "id": "group-of-words", "nodes": list(inner.nodes.values()), "links": links,
        "inputs": [{"name": "clip"}, {"name": "text"}], "outputs": [{"name": "CONDITIONING"}],
    }  # fmt: skip
    one = usual(named=True)
    one.nodes[3]["inputs"] = [i for i in one.nodes[3]["inputs"] if i["name"] != "positive"]
    del one.nodes[6]
    one.add(40, "group-of-words", ["a paper boat"], "CONDITIONING")
    one.link(4, 1, 40, "clip", "CLIP")
    one.nodes[40]["inputs"].append(
        {"name": "text", "type": "STRING", "widget": {"name": "text"}, "link": None}
    )
    one.link(40, 0, 3, "positive", "CONDITIONING")
    assert found(one.saved(definitions={"subgraphs": [group]})) == BOAT
    one.add(41, "PrimitiveString", ["a tin boat"], "STRING")
    one.link(41, 0, 40, "text", "STRING")
    assert found(one.saved(definitions={"subgraphs": [group]}))[0] == "a tin boat"
    # A group in itself ends.
    group["nodes"].append({"id": 50, "type": "group-of-words", "inputs": [], "outputs": []})
    assert found(one.saved(definitions={"subgraphs": [group]}))[0] == "a tin boat"


def test_nonsense_is_no_workflow() -> None:
    oddities: tuple[Any, ...] = (
        None, [], {}, {"nodes": 5}, {"nodes": [5, None, {"id": []}]},
        {"nodes": [{"id": 1, "type": "KSampler", "widgets_values": [[[]], {}]}], "links": [[1]]},
        {"nodes": [{"id": 1, "type": "x", "inputs": [5, {"link": 1}]}], "links": {"a": 5}},
        {"nodes": [], "definitions": {"subgraphs": [5, {}]}},
    )  # fmt: skip
    for odd in oddities:
        assert comfyui.read(comfyui_workflow.graph(odd)).prompt == ""
    circle = Editor()
    circle.add(1, "Reroute", [], "X")
    circle.add(2, "Reroute", [], "X")
    circle.add(3, "CLIPTextEncode", ["x"], "X")
    circle.link(1, 0, 2, "", "X")
    circle.link(2, 0, 1, "", "X")
    circle.link(1, 0, 3, "text", "X")
    assert found(circle.saved())[0] == ""
