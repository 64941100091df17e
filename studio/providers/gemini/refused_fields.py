"""Find the fields of a request that a refusal names.

Services name a field in a structured detail ("generation_config.seed", `loc`, `param`), in quotes,
or only in a sentence, in the spelling of JSON, of Python or of English. A field counts only if it
was sent.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio.domain.request_fields import CATEGORY, SAFETY
from studio.providers.gemini.sent_fields import NEVER_REMOVED, plain_name

_DECODER = json.JSONDecoder(strict=False)
_DEEPEST = 12
_MOST_STRINGS = 400
_LONGEST = 4000
_LONGEST_CLAUSE = 400
_MOST_CLAUSES = 40

_NAMING = frozenset(
    plain_name(one)
    for one in (
        *("field", "fields", "param", "params", "parameter", "property", "argument", "loc"),
        *("location", "path", "field_path", "instance_path", "pointer", "additional_property"),
        *("unrecognized_keys", "keys", "field_name", "argument_name", "source", "target"),
    )
)
"""Keys of an error whose value names fields of the request."""

_BY_FIELD = frozenset({"errors", "fielderrors"})
"""Keys of an error whose value has sentences by field."""

_PATHS = frozenset({"loc", "path"})
"""Keys whose list has the parts of a single path, not several names."""

_ECHOES = frozenset(plain_name(one) for one in ("input", "prompt", "contents", "parts", "url"))
"""Keys of an error whose value repeats the request."""

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "seed": ("random seed", "seeding", "noise seed", "sampling parameter"),
    "temperature": ("sampling parameter",),
    "topP": ("nucleus sampling", "sampling parameter"),
    "topK": ("sampling parameter",),
    "thinkingConfig": ("thinking", "thinking level", "thinking budget", "reasoning effort",
                       "reasoning", "include thoughts"),
    "tools": ("tool", "tool use", "google search", "google search retrieval", "search grounding",
              "grounding", "search tool", "search as tool", "search as a tool", "web search"),
    "searchTypes": ("search type", "image search"),
    "systemInstruction": ("system instructions", "developer instruction",
                          "developer instructions", "system prompt", "system message",
                          "system role", "instruction"),
    "safetySettings": ("safety setting", "harm category", "harm block threshold"),
    "responseModalities": ("response modality", "output modalities", "output modality",
                           "modalities", "modality"),
    "imageSize": ("image resolution", "output resolution", "output size"),
    "mediaResolution": ("media resolution level",),
}  # fmt: skip
"""Other names of fields in sentences, besides the field's own."""

_NO_SENTENCE_END = r"(?:(?![.;!?。；](?:\s|$)|[。；\n]).)"
_UNSUPPORTED = (
    r"unsupported|unknown|unrecogni[sz]ed|unexpected|unavailable|extra inputs?|extra fields?"
    r"|(?:is|are|was|does|do|can|could|may|must|has|have|should|will|would)(?:n['’]?t| not)\b"
    r"|not (?:yet |currently )?(?:supported|enabled|allowed|permitted|available|accepted"
    r"|implemented|recogni[sz]ed|configurable|compatible|applicable|found|expected)"
    r"|cannot|can['’]t|not support|no longer|takes? no|has no|have no|no support|without support"
    r"|unable to (?:set|use|apply)|forbidden|disallowed|deprecated|rejected|removed?|omit"
    r"|disabled|prohibited|needs? (?:to be )?allow-?list|\bnicht\b|\bnão\b|\bn'est pas\b|\bno "
    r"(?:se )?(?:admit|soport|compatib)"
    r"|not part of|no such"
    r"|不支持|不支援|不允许|未知|无法识别|不可用|未启用|不接受|していません|지원되지"
)
_VALUE = (
    r"invalid|illegal|incorrect|out of range|must|should|has to|needs to|required to be|only"
    r"|between|exceeds?|(?:greater|less|larger|smaller|higher|lower) than|at (?:most|least)"
    r"|too (?:large|small|high|low|long|big)|not (?:a )?valid|predicate failed|无效|必须|超出"
)
_CODE = re.compile(
    r"(?:unsupported|unknown|unrecogni[sz]ed|unexpected|invalid|extra)"
    r"[_ -](?:param\w*|field|property|option|key|value)s?",
    re.IGNORECASE,
)
"""Pattern of a code that objects to a field, which the message beside the code names."""
_OBJECTION = rf"(?:{_UNSUPPORTED}|{_VALUE})"
_IS_UNSUPPORTED = re.compile(_UNSUPPORTED, re.IGNORECASE)
_ONLY_VALUE = re.compile(
    r"out of range|must be|should be|has to be|needs to be|between\b|exceeds?\b"
    r"|(?:greater|less|larger|smaller|higher|lower) than|at (?:most|least)"
    r"|too (?:large|small|high|low|long|big)|invalid value|not a valid|TYPE_\w+|无效|必须|超出",
    re.IGNORECASE,
)
_IS_OBJECTION = re.compile(_OBJECTION, re.IGNORECASE)
_ADVICE = re.compile(
    r"[,(;:]\s*(?:but |the |only |currently |please |\d+ )*"
    r"(?:supported|allowed|valid|accepted|available|permitted|known|expected|one of|use|try)\b"
    r"[^.]*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(rf"{_NO_SENTENCE_END}+", re.DOTALL)
_QUOTED = re.compile(r"[\"'`“‘「]{1,2}([\w.\[\]/ -]{1,120}?)[\"'`”’」]{1,2}")
_UNKNOWN_NAME = re.compile(r"unknown name \\?[\"'`]([\w.-]+)\\?[\"'`]", re.IGNORECASE)
_PLACE = re.compile(r"safety[_ ]?settings?\W{0,3}(\d{1,2})\b", re.IGNORECASE)
"""Pattern of a category's index within the safety settings, from 0."""

_THRESHOLD = re.compile(r"(?:harm_)?block_\w+|block(?:ing)? ?threshold", re.IGNORECASE)
_BLOCKED = re.compile(r"block|violat|polic|prohibit|sensitive|moderat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Objection:
    """Content of a refusal.

    Attributes:
        names: names and paths of fields in its structure.
        sentences: everything else that is text.
    """

    names: tuple[str, ...]
    sentences: tuple[str, ...]

    @property
    def is_about_threshold(self) -> bool:
        """Whether it refuses the threshold of a safety setting, but may accept its category."""
        return any(re.search(r"threshold|block_", one, re.IGNORECASE) for one in self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """Names and sentences."""
        return (*self.names, *self.sentences)

    def is_about_value(self, values: Iterable[str]) -> bool:
        """Whether it refuses the value of a field, but may accept another value.

        `values` are those that were sent; a refusal that quotes one of them is about that value.
        """
        text = " ".join(self.sentences)[:_LONGEST]
        for value in values:
            if re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.]*\w)", text, re.IGNORECASE):
                return True
        return bool(_ONLY_VALUE.search(text)) and not _IS_UNSUPPORTED.search(
            _ONLY_VALUE.sub("", text)
        )


def read_objection(body: bytes, *, prompts: tuple[str, ...] = ()) -> Objection:
    """Read a refusal of any format; `prompts` are texts of the request, which it may repeat."""
    text = body[:65536].decode("utf-8", "replace").strip().removeprefix("\ufeff")
    names: list[str] = []
    sentences: list[str] = []
    value = _json(text)
    if value is None:
        sentences.append(text[:_LONGEST])
    else:
        for naming, found in _strings(value):
            (names if naming else sentences).append(found)
    for prompt in filter(None, (one.strip() for one in prompts)):
        sentences = [one.replace(prompt, " ") for one in sentences]
    return Objection(tuple(names), tuple(sentences))


def refused_fields(objection: Objection, sent: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Optional fields of a request that a refusal names.

    `sent` has the fields that were sent, with the plain names of their keys. Structured names take
    precedence over quoted ones, and these over names in a sentence.
    """
    every = (clause for text in objection.sentences for clause in _clauses(text))
    clauses = list(itertools.islice(every, _MOST_CLAUSES))
    found = (
        _by_names(objection.names, sent)
        or _by_names(tuple(_quoted(clauses)), sent)
        or _by_words(clauses, sent)
    )
    categories = frozenset(one for one in sent if one.startswith(CATEGORY))
    if any(_BLOCKED.search(_THRESHOLD.sub("", one)) for one in objection.sentences):
        # A request that was blocked is not sent again without its safety settings.
        found -= {SAFETY, *categories}
    elif named := _named_categories((*objection.names, *clauses), sent):
        # If a category is refused, the other categories stay.
        found = found - {SAFETY, *categories} | named
    return found - NEVER_REMOVED


def _named_categories(texts: tuple[str, ...], sent: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Categories of the safety settings that an objection names, by index or by name."""
    order = [one for one in sent if one.startswith(CATEGORY)]
    places = {int(place) for text in texts for place in _PLACE.findall(text)}
    if places and max(places) < len(order):
        return frozenset(order[place] for place in places)
    return frozenset(one for one in order if any(map(_category(one).search, texts)))


def _json(text: str) -> Any:
    text = re.sub(r"^data:\s*", "", text)
    if text[:1] not in ("{", "["):
        return None
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _strings(value: Any) -> Iterator[tuple[bool, str]]:
    """Strings of an error: whether each names a field, and the string itself."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    number = 0
    while waiting and number < _MOST_STRINGS:
        number += 1
        one, naming, depth = waiting.pop(0)
        if depth > _DEEPEST:
            continue
        if isinstance(one, str):
            inner = _json(one[_first_brace(one) :].strip())
            if inner is not None:
                waiting.append((inner, "", depth + 1))
            elif one.strip():
                yield naming in _NAMING, one[:_LONGEST]
        elif isinstance(one, list):
            if naming in _PATHS and all(isinstance(part, str | int) for part in one):
                yield True, ".".join(map(str, one))
            else:
                kind = naming if naming in _NAMING else ""
                waiting += [(part, kind, depth + 1) for part in one]
        elif isinstance(one, dict):
            told = {key: inner for key, inner in one.items() if plain_name(str(key)) not in _ECHOES}
            texts = [text for text in told.values() if isinstance(text, str)]
            if any(map(_CODE.fullmatch, texts)):
                yield from ((False, f"not supported: {text[:_LONGEST]}") for text in texts)
            for key, inner in told.items():
                if naming in _BY_FIELD:
                    yield True, str(key)
                    waiting.append((inner, "", depth + 1))
                else:
                    plain = plain_name(str(key))
                    kind = plain if plain in _NAMING | _BY_FIELD else naming
                    waiting.append((inner, kind, depth + 1))


def _first_brace(text: str) -> int:
    """Index where JSON begins in a text, such as "Provider returned error ({"; 0 if nowhere."""
    found = re.search(r"[{\[]\s*[\"{\[]", text)
    return found.start() if found else 0


def _by_names(names: tuple[str, ...], sent: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Fields by names and paths; the last part of a path that is a field counts."""
    found: set[str] = set()
    for name in names:
        parts = [plain_name(one) for one in re.split(r"[^\w-]+", name) if one]
        if "contents" in parts:
            parts = [one for one in parts if one in ("mediaresolution", "videometadata")]
        for part in reversed(parts):
            fields = [one for one, keys in sent.items() if part in keys]
            if fields:
                found.update(fields)
                break
    return frozenset(found)


def _clauses(text: str) -> Iterator[str]:
    """Sentences that object to something, without their advice on valid values."""
    # An indented line continues the line before.
    for found in _SENTENCE.finditer(re.sub(r"\n[ \t]+", ": ", text)):
        clause = _ADVICE.sub(" ", found[0][:_LONGEST_CLAUSE])
        if _IS_OBJECTION.search(clause) or _UNKNOWN_NAME.search(clause):
            yield clause


def _quoted(clauses: list[str]) -> Iterator[str]:
    for clause in clauses:
        unknown = _UNKNOWN_NAME.findall(clause)
        yield from unknown or (found[1] for found in _QUOTED.finditer(clause))


def _by_words(clauses: list[str], sent: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Fields named in sentences before an objection, or else after it."""
    found: set[str] = set()
    for clause in clauses:
        before = {name for name in sent if _pattern(name, after=False).search(clause)}
        found |= before or {name for name in sent if _pattern(name, after=True).search(clause)}
    return frozenset(found)


@lru_cache(maxsize=256)
def _pattern(name: str, *, after: bool) -> re.Pattern[str]:
    """Pattern of a field's name shortly after or before an objection."""
    spelled = "|".join(_spelled(one) for one in (name, *_SPELLINGS.get(name, ())))
    word = rf"(?<![A-Za-z0-9_])(?:{spelled})s?(?![A-Za-z0-9_])"
    gap = rf"{_NO_SENTENCE_END}{{0,100}}?"
    pattern = rf"{_OBJECTION}{gap}{word}" if after else rf"{word}{gap}{_OBJECTION}"
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=64)
def _category(name: str) -> re.Pattern[str]:
    """Pattern of a category: its whole name, or the end of it next to a word for category."""
    short = _spelled(name.removeprefix(CATEGORY))
    return re.compile(
        rf"(?<![A-Za-z_])(?:{_spelled(name)}|(?:categor\w*|safety settings?)\W{{1,4}}{short}"
        rf"|{short}\W{{1,4}}(?:harm |safety )?categor)",
        re.IGNORECASE,
    )


def _spelled(name: str) -> str:
    """Pattern of a name in camelCase, snake_case or separate words."""
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", r" \1", name).replace("_", " ").split()
    return r"[\s_.-]*".join(re.escape(one) for one in words)
