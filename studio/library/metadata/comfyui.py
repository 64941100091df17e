"""Prompt, seed and model from a ComfyUI graph: followed from the saved picture to its sampler.

A graph has the nodes that ran: `{"3": {"class_type": "KSampler", "inputs": {"seed": 11,
"positive": ["6", 0], ...}}}`; a link is the id of a node and the number of its output. Only the
inputs of a sampler count as prompt, seed and model. If the path leads through unknown nodes, or
several samplers made the picture, the result is unknown. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from studio.library.metadata import comfyui_nodes as known

_DEEPEST: Final = 100
_STEPS: Final = 5000
"""Limit of links followed for one picture."""

_LONGEST: Final = 200_000
"""Limit of concatenated text in characters."""

Graph = Mapping[str, Mapping[str, Any]]


class SamplerInputs(NamedTuple):
    """Inputs of a sampler; each is empty or None if it is unknown."""

    prompt: str = ""
    negative: str = ""
    model: str = ""
    seed: Any = None
    settings: tuple[tuple[str, Any], ...] = ()


def nodes(found: Any) -> dict[str, dict[str, Any]]:
    """The nodes of a graph by id; empty for anything else."""
    if not isinstance(found, dict):
        return {}
    return {
        str(id): node
        for id, node in found.items()
        if isinstance(node, dict)
        and isinstance(node.get("inputs"), dict)
        and isinstance(node.get("class_type"), str)
    }


def read(graph: Graph) -> SamplerInputs:
    """Inputs of the sampler whose picture a graph saves."""
    return _GraphReader(graph).read()


class _GraphTooLargeError(ValueError):
    """A graph with a cycle, or with more links than the limit."""


class _UnknownError(ValueError):
    """A text comes from an unknown node."""


class _GraphReader:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._left = _STEPS

    def read(self) -> SamplerInputs:
        samplers = self._samplers()
        found = [inputs for inputs in map(self._inputs_of, samplers) if inputs != SamplerInputs()]
        if not found:
            return SamplerInputs()
        # It is unknown which picture of a graph this is, so only values common to all are used.
        last = found[-1]
        return SamplerInputs(
            prompt=last.prompt if _same(one.prompt for one in found) else "",
            negative=last.negative if _same(one.negative for one in found) else "",
            model=last.model if _same(one.model for one in found) else "",
            seed=last.seed if _same(str(one.seed) for one in found) else None,
            settings=last.settings if len(found) == 1 else (),
        )

    # Samplers

    def _samplers(self) -> list[str]:
        """The samplers of the saved pictures, without those whose result another one refines."""
        used = {str(link[0]) for id in self._graph for _name, link in self._links(id)}
        pictured = [id for id in self._graph if self._takes_picture(id)]
        saving = [id for id in pictured if known.SAVING.search(self._kind(id))]
        ends = [id for id in pictured if id not in used]
        others = [id for id in ends if not known.SHOWING.search(self._kind(id))]
        found: list[str] = []
        for end in saving or others or ends:
            found += [one for one in self._nearest(end) if one not in found]
        if not found:
            every = [id for id in self._graph if self._is_sampler(id)]
            if not every:
                every = [id for id in self._graph if id not in used and self._is_maker(id)]
            found = every
        if len(found) > 1:
            before = {one for id in found for one in self._before(id)}
            found = [id for id in found if id not in before] or found
        return found

    def _takes_picture(self, id: str) -> bool:
        return any(
            name.rstrip("0123456789_") in known.PICTURE_INPUTS for name, _link in self._links(id)
        ) and not self._is_sampler(id)

    def _nearest(self, end: str) -> list[str]:
        """The samplers, or else generators, that a node's picture comes from."""
        waiting, seen = [end], {end}
        found: list[str] = []
        refining: list[str] = []
        while waiting:
            id = waiting.pop(0)
            self._step()
            refines = bool(known.REFINING.search(self._kind(id)))
            if id != end and self._is_sampler(id) and not refines:
                found.append(id)
                continue
            if id != end and self._is_maker(id):
                found.append(id)
                continue
            if refines and self._is_sampler(id):
                refining.append(id)
            for link in self._picture_links(id):
                if (one := str(link[0])) not in seen:
                    seen.add(one)
                    waiting.append(one)
        return found or refining

    def _picture_links(self, id: str) -> list[Sequence[Any]]:
        links = self._links(id)
        chosen = self._chosen(id)
        if chosen is not None:
            return [link for name, link in links if name == chosen]
        pictures = [
            link for name, link in links if name.rstrip("0123456789_") in known.PICTURE_INPUTS
        ]
        return pictures or [link for name, link in links if name not in ("vae", "mask", "clip")]

    def _before(self, id: str) -> set[str]:
        """Every node whose picture a sampler refines."""
        seen: set[str] = set()
        waiting = [str(link[0]) for link in self._refined(id)]
        while waiting:
            self._step()
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += [str(link[0]) for link in self._refined(one)]
        return seen

    def _refined(self, id: str) -> list[Sequence[Any]]:
        return [link for name, link in self._links(id) if name in known.PICTURE_INPUTS]

    def _is_sampler(self, id: str) -> bool:
        inputs = self._inputs(id)
        if "guider" in inputs:
            return True
        given = (
            isinstance(inputs.get("positive"), list)
            or "pipe" in inputs
            or ("basic_pipe" in inputs or "conditioning" in inputs)
        )
        fits = len(known.SAMPLER_INPUTS & inputs.keys()) >= 2
        return given and fits and not known.CONTROL.search(self._kind(id))

    def _is_maker(self, id: str) -> bool:
        """Whether a node makes a picture from text without a sampler, like nodes of services."""
        inputs = self._inputs(id)
        kind = self._kind(id)
        words = any(name in inputs for name in ("prompt", "positive_prompt", "text_prompt"))
        more = any(
            name in inputs for name in ("seed", "model", "size", "aspect_ratio", "width", "steps")
        )
        return words and more and "clip" not in inputs and not known.encodes(kind)

    # Inputs of a sampler

    def _inputs_of(self, id: str) -> SamplerInputs:
        inputs = self._inputs(id)
        if not self._is_sampler(id):
            return SamplerInputs(
                prompt=self._words(id, ("prompt", "positive_prompt", "text_prompt")),
                negative=self._words(id, ("negative_prompt", "negative")),
                model=self._own_model(inputs),
                seed=self._seed(id),
            )
        guider = self._behind(inputs.get("guider")) or id
        pipe = self._pipe(id)
        source = next(
            (one for one in (guider, id, pipe) if one and self._has_positive(one)), guider
        )
        given = self._inputs(source)
        positive = next(
            (given[n] for n in ("positive", "conditioning", "cond1") if n in given), None
        )
        return SamplerInputs(
            prompt=self._conditioning(positive, "positive"),
            negative=self._conditioning(given.get("negative"), "negative"),
            model=self._model(guider) or self._model(id) or (self._model(pipe) if pipe else ""),
            seed=self._seed(id),
            settings=tuple(self._settings(id, guider)),
        )

    def _has_positive(self, id: str) -> bool:
        return any(name in self._inputs(id) for name in ("positive", "conditioning", "cond1"))

    def _pipe(self, id: str) -> str | None:
        """The separate node that bundles prompt and model for a sampler; None if there is none."""
        seen: set[str] = set()
        here: str | None = id
        while here is not None and here not in seen:
            seen.add(here)
            inputs = self._inputs(here)
            here = next(
                (
                    node
                    for name in known.BUNDLES
                    if (node := self._node(inputs.get(name))) is not None
                ),
                None,
            )
            if here is not None and self._has_positive(here):
                return here
        return None

    def _seed(self, id: str) -> Any:
        """Seed of a sampler; if it adds no noise, the seed of the sampler before it."""
        seen: set[str] = set()
        here: str | None = id
        while here is not None and here not in seen:
            seen.add(here)
            inputs = self._inputs(here)
            noise = self._behind(inputs.get("noise"))
            adds = str(inputs.get("add_noise", "enable")).lower() not in ("disable", "false")
            without = noise is not None and "disable" in self._kind(noise).lower()
            if adds and not without:
                if noise is not None:
                    return self._number(noise, known.SEEDS)
                return self._number(here, known.SEEDS)
            latent = inputs.get("latent_image", inputs.get("samples"))
            here = next(iter(self._nearest_of(latent)), None)
        return None

    def _nearest_of(self, link: Any) -> list[str]:
        node = self._node(link)
        if node is None:
            return []
        return [node] if self._is_sampler(node) else self._nearest(node)

    def _number(self, id: str, names: Sequence[str]) -> Any:
        """A number from a node's inputs, or from the node its link leads to."""
        for _step in range(_DEEPEST):
            inputs = self._inputs(id)
            name = next((name for name in names if name in inputs), None)
            value = inputs.get(name) if name is not None else self._only_link(id)
            if isinstance(value, list):
                if (node := self._node(value)) is None or known.WRITER.search(self._kind(node)):
                    return None
                id, names = node, known.NUMBERS
                continue
            if isinstance(value, bool) or value is None:
                return None
            if re.search(r"math|arith|calc|add|random|expression", self._kind(id), re.IGNORECASE):
                return None if names is known.NUMBERS else value
            # Programs write -1 for a random seed.
            return None if str(value).startswith("-") else value
        return None

    def _only_link(self, id: str) -> Any:
        links = self._links(id)
        links = [one for one in links if one[0] in known.BUNDLES][:1] or links
        return links[0][1] if len(links) == 1 else None

    def _settings(self, id: str, guider: str) -> Iterator[tuple[str, Any]]:
        places = [id, guider]
        for name in ("sampler", "sigmas", "positive", "conditioning"):
            linked = [self._node(self._inputs(start).get(name)) for start in (id, guider)]
            places += [node for node in linked if node is not None]
        for name in known.SETTINGS:
            for place in places:
                value = self._inputs(place).get(name)
                if isinstance(value, list):
                    value = self._number(place, (name,)) if name != "sampler_name" else None
                if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                    yield name, value
                    break

    def _model(self, id: str) -> str:
        """File name of a sampler's model."""
        link = self._inputs(id).get("model", self._inputs(id).get("base_model"))
        if link is None:
            return self._own_model(self._inputs(id))
        for _step in range(_DEEPEST):
            if not isinstance(link, list):
                return link.strip() if isinstance(link, str) else ""
            if (node := self._node(link)) is None:
                return ""
            inputs = self._inputs(node)
            if found := self._own_model(inputs):
                return found
            if "model1" in inputs and "model2" in inputs and self._chosen(node) is None:
                return ""  # a merged model has no name
            link = inputs.get(self._chosen(node) or "model")
            if link is None:
                link = next(
                    (inputs[n] for n in ("MODEL", "", "any", "pipe") if n in inputs),
                    self._only_link(node),
                )
        return ""

    def _own_model(self, inputs: Mapping[str, Any]) -> str:
        for name in known.MODELS:
            value = inputs.get(name)
            if isinstance(value, dict):
                # Some nodes store the name in an object: {"content": name, "image": ...}.
                value = value.get("content") or value.get("name")
            if isinstance(value, str) and value.strip():
                return value.strip()
            if isinstance(value, list) and name != "model" and (text := self._known_text(value)):
                return text
        files = [
            value
            for name, value in inputs.items()
            if isinstance(value, str)
            and known.MODEL_FILE.fullmatch(value)
            and not known.NOT_MODELS.search(name.lower())
        ]
        return files[0] if len(files) == 1 else ""

    # Texts

    def _conditioning(self, link: Any, role: str) -> str:
        try:
            parts = self._conditions(link, role, 0)
        except (_GraphTooLargeError, _UnknownError):
            return ""
        return "\n".join(dict.fromkeys(part for part in parts if part))

    def _conditions(self, link: Any, role: str, depth: int) -> list[str]:
        """The texts of a conditioning input, in order."""
        if isinstance(link, str):
            return [link.strip()]
        if (id := self._node(link)) is None:
            return []
        self._step(depth)
        kind, inputs = self._kind(id), self._inputs(id)
        if "zeroout" in kind.lower().replace("_", ""):
            return []
        if (chosen := self._chosen(id)) is not None:
            return self._conditions(inputs.get(chosen), role, depth + 1)
        if "positive" in inputs or "negative" in inputs:
            # A node that passes both inputs on has them as its first outputs, unlike one that
            # encodes both.
            both = all(
                self._node(inputs.get(name)) and not self._leads_to_text(inputs[name])
                for name in ("positive", "negative")
            )
            if both and link[1] in (0, 1) and not known.BUNDLE.search(kind):
                role = "positive" if link[1] == 0 else "negative"
            value = inputs.get(role)
            if isinstance(value, str):
                return [value.strip()]
            if value is not None:
                if known.encodes(kind) or self._leads_to_text(value):
                    return [self._text(value, depth + 1)]
                return self._conditions(value, role, depth + 1)
        if known.encodes(kind) or ("clip" in inputs and "text" in inputs):
            return [self._encoded(id, depth)]
        parts = [
            (name, value)
            for name, value in self._links(id)
            if name.lower().startswith(("conditioning", "cond"))
        ]
        # The first text is that of the input that the others are appended to.
        parts.sort(key=lambda one: not one[0].endswith("_to"))
        if not parts:
            parts = [one for one in self._links(id) if one[0] in known.BUNDLES][:1]
        if not parts:
            parts = [(n, link) for n, link in self._links(id) if n not in known.NOT_WORDS]
            if len(parts) > 1 or (not parts and inputs):
                raise _UnknownError
        if any(name == "switch" for name in inputs) or known.SWITCH.search(kind):
            raise _UnknownError
        return [one for _n, link in parts for one in self._conditions(link, role, depth + 1)]

    def _leads_to_text(self, link: Any) -> bool:
        """Whether a link leads to text and not to encoded text."""
        node = self._node(link)
        return (
            node is not None
            and not known.encodes(self._kind(node))
            and not any(name in self._inputs(node) for name in known.CONDITIONING)
            and bool(self._word_inputs(node))
        )

    def _encoded(self, id: str, depth: int) -> str:
        inputs = self._inputs(id)
        names: tuple[str, ...] = known.ENCODED
        if "populated_text" in inputs:
            names = ("populated_text", "wildcard_text")
        for name in names:
            if name in inputs and (found := self._text(inputs[name], depth + 1)):
                return found
        if not any(name in inputs for name in names):
            raise _UnknownError
        return ""

    def _words(self, id: str, names: Sequence[str]) -> str:
        inputs = self._inputs(id)
        given = next((inputs[name] for name in names if name in inputs), "")
        return self._known_text(given)

    def _known_text(self, value: Any) -> str:
        """The text of an input; "" if it is unknown."""
        try:
            return self._text(value, 0)
        except (_GraphTooLargeError, _UnknownError):
            return ""

    def _text(self, value: Any, depth: int) -> str:
        """The text of an input, or of the node its link leads to. Raises if it is unknown."""
        return self._raw_text(value, depth).strip()

    def _raw_text(self, value: Any, depth: int) -> str:
        if isinstance(value, str):
            if len(value) > _LONGEST:
                raise _GraphTooLargeError
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if (id := self._node(value)) is None:
            if isinstance(value, list) and value:
                raise _UnknownError
            return ""
        self._step(depth)
        kind, inputs = self._kind(id), self._inputs(id)
        if (chosen := self._chosen(id)) is not None:
            return self._raw_text(inputs.get(chosen), depth + 1)
        if "populated_text" in inputs:
            return self._raw_text(inputs["populated_text"], depth + 1)
        if "wildcard" in kind.lower() and known.TEMPLATE.search(str(inputs)):
            raise _UnknownError
        if (changed := self._changed(id, depth)) is not None:
            return changed
        if known.SWITCH.search(kind) or known.WRITER.search(kind):
            raise _UnknownError
        several = self._word_inputs(id)
        if len(several) > 1 and all(known.NUMBERED.fullmatch(name) for name in several):
            return self._concatenated(id, several, depth)
        for name in known.WORDS:
            if name in inputs:
                return self._raw_text(inputs[name], depth + 1)
        if (link := self._only_link(id)) is not None:
            return self._raw_text(link, depth + 1)
        strings = [value for value in inputs.values() if isinstance(value, str)]
        if len(inputs) == 1 and strings:
            return strings[0]
        raise _UnknownError

    def _changed(self, id: str, depth: int) -> str | None:
        """The text that a simple text node computes; None if it passes text on unchanged."""
        kind, inputs = self._kind(id).lower(), self._inputs(id)
        if "replace" in kind and "regex" not in kind:
            words = [self._raw_text(inputs.get(n, ""), depth + 1) for n in ("find", "replace")]
            source = next((inputs[n] for n in ("string", "text") if n in inputs), None)
            if source is None or "find" not in inputs:
                raise _UnknownError
            found = self._raw_text(source, depth + 1)
            if not words[0]:
                return found
            if len(found) + found.count(words[0]) * len(words[1]) > _LONGEST:
                raise _GraphTooLargeError
            return found.replace(words[0], words[1])
        if "caseconvert" in kind:
            found = self._raw_text(inputs.get("string"), depth + 1)
            mode = str(inputs.get("mode", "")).lower()
            change = {"uppercase": found.upper, "lowercase": found.lower, "title case": found.title}
            return change.get(mode, found.capitalize)()
        return None

    def _word_inputs(self, id: str) -> list[str]:
        names = [name for name in self._inputs(id) if known.NUMBERED.fullmatch(name)]
        if names:
            return sorted(names, key=known.natural)
        return [name for name in known.WORDS if name in self._inputs(id)]

    def _concatenated(self, id: str, names: list[str], depth: int) -> str:
        kind, inputs = self._kind(id).lower(), self._inputs(id)
        if str(inputs.get("action", "append")) not in ("append", "join", "concat"):
            raise _UnknownError
        mark = next((inputs[n] for n in ("delimiter", "separator", "sep") if n in inputs), "")
        between = self._raw_text(mark, depth + 1) if mark else ""
        if inputs.get("tidy_tags") == "yes":
            between = ", "
        between = between.replace("\\n", "\n").replace("\\t", "\t")
        parts = [self._raw_text(inputs[name], depth + 1) for name in names]
        if isinstance(count := inputs.get("inputcount"), int):
            parts = parts[:count]
        if kind.startswith("text concat") or inputs.get("clean_whitespace") in ("true", True):
            parts = [part.strip() for part in parts if part.strip()]
        elif "stringconcat" not in kind.replace(" ", ""):
            parts = [part for part in parts if part]
        if sum(map(len, parts)) + len(parts) * len(between) > _LONGEST:
            raise _GraphTooLargeError
        return between.join(parts)

    def _chosen(self, id: str) -> str | None:
        """The input that a switch node selects; None for other nodes, and if it is unknown."""
        inputs = self._inputs(id)
        kind = self._kind(id)
        if not known.SWITCH.search(kind):
            return None
        if "any switch" in kind.lower():
            return next(
                (n for n in sorted(inputs, key=known.natural) if n.startswith("any_")), None
            )
        for name in ("switch", "boolean", "condition", "input", "Input", "select", "index"):
            value = inputs.get(name)
            if isinstance(value, list) and (node := self._node(value)) is not None:
                own = self._inputs(node)
                value = next((own[n] for n in ("value", "boolean", "int") if n in own), None)
            if isinstance(value, bool):
                ways = ("on_true", "true") if value else ("on_false", "false")
                return next((name for name in ways if name in inputs), None)
            if isinstance(value, int):
                return next(
                    (
                        name
                        for name in (
                            f"input{value}", f"text{value}", f"text_{value}", f"input_{value}",
                            f"image{value}", f"conditioning{value}", f"value{value}",
                            f"model{value}", f"string{value}",
                        )
                        if name in inputs
                    ),
                    None,
                )  # fmt: skip
        return None

    # The graph

    def _kind(self, id: str) -> str:
        return str(self._graph[id]["class_type"])

    def _inputs(self, id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._graph[id]["inputs"]
        return found

    def _links(self, id: str) -> list[tuple[str, Sequence[Any]]]:
        return [
            (name, value)
            for name, value in self._inputs(id).items()
            if self._node(value) is not None
        ]

    def _node(self, link: Any) -> str | None:
        """The node a link leads to; None for anything else."""
        if not (isinstance(link, list) and len(link) == 2 and isinstance(link[1], int)):
            return None
        id = str(link[0])
        return id if id in self._graph else None

    def _behind(self, link: Any) -> str | None:
        """The node a link leads to through reroute nodes."""
        id = self._node(link)
        for _step in range(_DEEPEST):
            if id is None or "reroute" not in self._kind(id).lower():
                break
            id = self._node(self._only_link(id))
        return id

    def _step(self, depth: int = 0) -> None:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise _GraphTooLargeError


def _same(values: Iterator[str]) -> bool:
    return len(set(values)) == 1
