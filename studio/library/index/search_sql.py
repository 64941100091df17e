"""Compilation of a search to SQL, and its query planner.

Three plans find the same pictures, and at a million rows each is the fastest for some searches:

- *words*: the full-text index yields rows newest first, and the facts of each are checked;
- *lead*: the index of one selective fact yields rows, and the words of each are checked;
- *scan*: facts are read newest first until a page is full.

The planner estimates the cost of each: the number of pictures with a word is known (`terms`), those
that match one fact are counted up to a limit, and the share that matches all facts is sampled. This
module makes statements and values; the index runs them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from studio.domain.aspect_ratios import ratio_name
from studio.domain.entities import AspectRatio
from studio.library.index import schema
from studio.library.index.chunks import marks
from studio.library.index.lineage_sql import BELOW
from studio.library.index.search_language import (
    ParsedSearch,
    SearchFilter,
    SearchPhrase,
    understand,
)
from studio.library.index.text_normalization import asked_terms, folded
from studio.library.query import Query, Sort, View

Run = Callable[[str, Sequence[Any]], Iterable[Sequence[Any]]]
"""Runs a statement with its values and returns the rows."""

_Source = tuple[str, str, tuple[Any, ...]]
"""FROM, the first condition of WHERE, and its values."""

_MOST_TERMS = 64
_DEEPEST = 4
_COUNTED = 60_000
_SAMPLE = 400

_ORDER = {
    Sort.NEWEST: "f.row DESC",
    Sort.OLDEST: "f.row",
    Sort.RATING: "f.rating DESC, f.row DESC",
    Sort.NAME: "p.name COLLATE NOCASE, f.row DESC",
    Sort.COST: "f.cost DESC, f.row DESC",
    Sort.DRIFT: "f.drift DESC, f.row DESC",
}
_CHOOSING = re.compile("[\u200d\ufe0e\ufe0f]+")
"""Joiners and variation selectors in emoji, which programs may leave out."""

_LITERAL = (
    # A picture's JSON is parsed only if the characters occur in it.
    "((CASE WHEN instr(p.body, CAST(? AS BLOB)) > 0"
    " OR instr(coalesce(p.title, '') || ' ' || coalesce(p.note, ''), ?) > 0"
    " THEN instr(coalesce(CAST(p.body AS TEXT) ->> '$.prompt', '') || ' '"
    " || coalesce(p.title, CAST(p.body AS TEXT) ->> '$.title', '') || ' '"
    " || coalesce(p.note, CAST(p.body AS TEXT) ->> '$.note', ''), ?) > 0 ELSE 0 END)"
    " OR EXISTS (SELECT 1 FROM tagged g JOIN tags n ON n.tag = g.tag"
    " WHERE g.row = p.row AND instr(n.name, ?) > 0))"
)

_STATES = {
    "picked": "f.flag = 'pick'",
    "rejected": "f.flag = 'reject'",
    "rated": "f.rating > 0",
    "failed": "0",
    "cancelled": "0",
    "draft": "f.draft = 1",
    "late": "f.late = 1",
    "unseen": "f.seen = 0",
    "edited": "f.edited = 1",
    "imported": "f.imported = 1",
    "offline": "f.offline = 1",
    "missing": "f.missing = 1",
    "answer": "f.trashed >= 2",
}
_INDEXED = frozenset({"model", "aspect", "tier", "rating", "cost", "created", "drift"})


class Condition(Struct, frozen=True, kw_only=True):
    """A part of WHERE with its values.

    Attributes:
        lead: FROM and WHERE that read the matching rows from an index.
        ordered: whether `lead` returns them newest first.
    """

    sql: str
    values: tuple[Any, ...] = ()
    lead: tuple[str, str] | None = None
    ordered: bool = False


class Statement(Struct, frozen=True, kw_only=True):
    """A complete SELECT with its values."""

    sql: str
    values: tuple[Any, ...]


class PlanCosts(Struct, frozen=True, kw_only=True):
    """Measured cost of a step of each plan in microseconds; only the ratios matter.

    Attributes:
        small: number of pictures up to which costs are not estimated.
        list: reading an entry of a word's list.
        look: checking a picture's words.
        name: scanning in order of names.
    """

    small: int = 4000
    list: float = 0.03
    words: float = 0.9
    lead: float = 1.0
    scan: float = 0.25
    look: float = 2.0
    name: float = 1.5


USUAL_COSTS = PlanCosts()


class CompiledQuery:
    """A query, compiled for the contents of the index.

    Attributes:
        asked: the parsed search text.
    """

    def __init__(
        self, query: Query, run: Run, costs: PlanCosts = USUAL_COSTS, *, depth: int = 0
    ) -> None:
        self.query = query
        self.asked: ParsedSearch = understand(query.words)
        self._run = run
        self._costs = costs
        self._depth = depth
        self._facts = [*self._view(), *(self._fact(fact) for fact in self.asked.facts)]
        if query.collection:
            self._facts.append(self._in_collection([query.collection]))
        self._match: list[str] = []
        self._needles: list[tuple[str, bool]] = []
        self._beside: list[tuple[str, bool]] = []
        self._docs: list[float] = []
        for words in self.asked.words:
            self._take_words(words)

    # Facts

    def _view(self) -> list[Condition]:
        query = self.query
        trash = query.view is View.TRASH
        found = [Condition(sql=f"f.trashed = {int(trash)}")]
        if self._asks_for_answers():
            sql = f"f.trashed = {int(trash) + 2} AND f.trashed >= 2"
            found = [Condition(sql=sql, lead=_indexed("facts_answers", sql), ordered=True)]
        elif trash:
            found = [Condition(sql="f.trashed = 1", lead=_indexed("facts_trashed", "f.trashed = 1"),
                               ordered=True)]  # fmt: skip
        if query.view is View.SESSION:
            sql = "f.created >= ?"
            found.append(
                Condition(sql=sql, values=(query.since,), lead=_indexed("facts_created", sql))
            )
        elif query.view is View.PICKS:
            sql = "f.flag = 'pick'"
            lead = _indexed("facts_picked", f"{sql} AND f.trashed = 0")
            found.append(Condition(sql=sql, lead=lead, ordered=True))
        elif query.view is View.FAILED:
            found.append(Condition(sql="0"))
        if query.least_stars:
            sql = "f.rating >= ?"
            lead = _indexed("facts_rating", sql)
            found.append(Condition(sql=sql, values=(query.least_stars,), lead=lead))
        if query.hide_rejected and not trash:
            found.append(Condition(sql="f.flag <> 'reject'"))
        return found

    def _asks_for_answers(self) -> bool:
        sql = "SELECT search FROM collections WHERE id = ?"
        saved = self._run(sql, (self.query.collection,)) if self.query.collection else ()
        every = (self.asked, *(understand(text or "") for (text,) in saved))
        return any(one.wants("answer") for one in every)

    def _fact(self, fact: SearchFilter) -> Condition:
        found = self._plain_fact(fact)
        if fact.without:
            # Without this, NOT would yield NULL: a picture without a cost does not match cost:>1.
            return Condition(sql=f"NOT coalesce(({found.sql}), 0)", values=found.values)
        return found

    def _plain_fact(self, fact: SearchFilter) -> Condition:
        match fact.key:
            case "is":
                return self._state(fact.values[0])
            case "tag":
                return self._tagged(fact.values)
            case "in":
                return self._named_collections(fact.values)
            case "ref":
                return self._made_from(fact.values)
            case "branch":
                return self._in_branches(fact.values)
            case "drift" if fact.values:
                sql = "f.edited = 1 AND f.drift IS NULL"
                return Condition(sql=sql, lead=_indexed("facts_edited", sql), ordered=True)
            case "pixels":
                width, height = fact.values[0].split("x")
                return Condition(sql="f.width = ? AND f.height = ?", values=(width, height))
            case "cost" if fact.values:
                return Condition(sql="f.cost IS NULL")
            case "model":
                return self._models(fact.values)
            case "aspect":
                return _aspects(fact.values)
            case "tier" if fact.values:
                return _any("tier", [int(one) for one in fact.values])
        return _between(fact)

    @staticmethod
    def _state(state: str) -> Condition:
        sql = _STATES[state]
        if state in ("picked", "rejected"):
            return Condition(sql=sql, lead=_indexed("facts_flag", f"{sql} AND f.flag <> ''"),
                             ordered=True)  # fmt: skip
        if state == "unseen":
            return Condition(sql=sql, lead=_indexed("facts_unseen", sql), ordered=True)
        return Condition(sql=sql)

    def _models(self, wanted: Sequence[str]) -> Condition:
        known = [
            str(model)
            for (model,) in self._run(
                "WITH RECURSIVE known(model) AS (SELECT min(model) FROM facts UNION ALL"
                " SELECT (SELECT min(f.model) FROM facts f WHERE f.model > known.model)"
                " FROM known WHERE known.model IS NOT NULL)"
                " SELECT model FROM known WHERE model IS NOT NULL",
                (),
            )
        ]
        parts = [folded(one) for one in wanted]
        whole = [model for model in known if folded(model) in parts]
        return _any("model", whole or [m for m in known if any(p in folded(m) for p in parts)])

    def _tagged(self, wanted: Sequence[str]) -> Condition:
        numbers: list[int] = []
        for one in wanted:
            start = folded(one.rstrip("*"))
            end = start + "\U0010ffff" if one.endswith("*") else start
            found = self._run(
                "SELECT tag FROM tags WHERE folded BETWEEN ? AND ? LIMIT 200", (start, end)
            )
            numbers += [number for (number,) in found]
        return _membership("tagged", "tag", numbers)

    def _named_collections(self, wanted: Sequence[str]) -> Condition:
        """Condition: in a collection with one of these names; an unused name is a prefix."""
        ids: list[str] = []
        for one in wanted:
            start = folded(one)
            ids += self._collections(start, start) or self._collections(start, start + "\U0010ffff")
        return self._in_collection(ids)

    def _collections(self, *ends: str) -> list[str]:
        words = "SELECT id FROM collections WHERE folded BETWEEN ? AND ? AND name IS NOT NULL"
        return [str(id) for (id,) in self._run(words, ends)]

    def _in_collection(self, ids: Sequence[str]) -> Condition:
        numbers: list[int] = []
        smart: list[Condition] = []
        for id in ids:
            for number, search in self._run(
                "SELECT number, search FROM collections WHERE id = ?", (id,)
            ):
                if search and self._depth < _DEEPEST:
                    inner = CompiledQuery(Query(words=search), self._run, depth=self._depth + 1)
                    smart.append(inner.as_condition())
                elif not search:
                    numbers.append(number)
        if not smart:
            return _membership("members", "collection", numbers)
        every = [*smart, *([_membership("members", "collection", numbers)] if numbers else [])]
        if len(every) == 1:
            return every[0]
        return Condition(
            sql=" OR ".join(f"({one.sql})" for one in every),
            values=tuple(value for one in every for value in one.values),
        )

    def _made_from(self, starts: Sequence[str]) -> Condition:
        ids: list[str] = []
        for start in starts:
            plain = "".join(c for c in start if c.isalnum() or c == "-")
            ids += [id for (id,) in self._run(schema.IDS_BY_PREFIX, (plain,))]
        sql = f"f.row IN (SELECT row FROM lineage WHERE parent IN ({marks(ids)}))"
        return Condition(sql=sql, values=tuple(ids), lead=("facts f", sql))

    def _in_branches(self, wanted: Sequence[str]) -> Condition:
        """Condition: in a branch of these names, or edited from a picture in one."""
        rows: list[int] = []
        for one in wanted:
            start = folded(one.rstrip("*"))
            end = start + "\U0010ffff" if one.endswith("*") else start
            found = self._run("SELECT row FROM branches WHERE folded BETWEEN ? AND ?", (start, end))
            rows += [row for (row,) in found]
        if not rows:
            return Condition(sql="0")
        begin = f"SELECT id, row, NULL FROM pictures WHERE row IN ({marks(rows)})"
        sql = f"f.row IN ({BELOW.format(start=begin)} SELECT row FROM below)"
        return Condition(sql=sql, values=tuple(rows), lead=("facts f", sql))

    # Words

    def _take_words(self, words: SearchPhrase) -> None:
        found, begins = asked_terms(words.text)
        if not found:
            self._facts.append(_literal(words))
            return
        begins = begins and words.begins
        needle = " " + " ".join(found) + ("" if begins else " ")
        if words.without:
            self._needles.append((needle, False))
            self._beside.append((needle, False))
            return
        self._needles.append((needle, True))
        exact = len(found) == 1
        for place, term in enumerate(found):
            open_end = begins and place == len(found) - 1
            exact = self._take_term(term, begins=open_end) and exact
        if not exact:
            self._beside.append((needle, True))

    def _take_term(self, term: str, *, begins: bool) -> bool:
        """Add a term to the full-text query; False if that matches more pictures than the term."""
        if not begins:
            (docs,) = next(iter(self._run(_DOCS, (term,))), (0,))
            self._expect(docs)
            self._match.append(f'"{term}"')
            return True
        end = term + "\U0010ffff"
        if len(term) in (2, 3):
            ((docs,),) = self._run(_DOCS_FROM, (term, end))
            self._expect(docs or 0)
            self._match.append(f'"{term}"*')
            return True
        known = list(self._run(_TERMS_FROM, (term, end, _MOST_TERMS + 1)))
        if len(known) <= _MOST_TERMS:
            self._expect(sum(docs for _term, docs in known))
            # An unknown word is part of the query too, so that nothing is found.
            every = [one for one, _docs in known] or [term]
            self._match.append("(" + " OR ".join(f'"{one}"' for one in every) + ")")
            return True
        if len(term) > 3:
            ((docs,),) = self._run(_DOCS_FROM, (term[:3], term[:3] + "\U0010ffff"))
            self._expect(docs or 0)
            self._match.append(f'"{term[:3]}"*')
        return False

    def _expect(self, docs: float) -> None:
        self._docs.append(docs)

    def _meeting(self, every: int) -> float:
        """Estimated number of pictures that have all the words."""
        found = float(every)
        for place, docs in enumerate(sorted(self._docs)):
            # Words of prompts are correlated: they occur together more often than by chance.
            share = min(1.0, docs / every)
            found *= math.sqrt(share) if place else share
        return found

    # Statements

    def as_condition(self) -> Condition:
        """The query as a condition of another one."""
        where, values = _joined([*self._facts, *_looked_up(self._needles)])
        if self._match:
            where = f"{where} AND f.row IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values = (*values, " AND ".join(self._match))
        return Condition(sql=where, values=values)

    def rows(self, limit: int | None = None) -> Statement:
        """SELECT of the rows, sorted."""
        return self._statement("f.row AS row", limit)

    def filter_statement(self, rows: Sequence[int]) -> Statement:
        """SELECT of the matching rows among a few."""
        where, values = _joined([*self._facts, *_looked_up(self._needles)])
        within = ",".join(str(int(row)) for row in rows)
        sql = f"SELECT f.row FROM facts f WHERE f.row IN ({within}) AND {where}"
        return Statement(sql=sql, values=values)

    def count(self) -> Statement:
        """SELECT of the number of matches."""
        return self._statement("count(*)", None)

    def _statement(self, columns: str, limit: int | None) -> Statement:
        (source, where, values), conditions = self._plan(limit)
        rest, more = _joined(conditions)
        counted = columns.startswith("count")
        named = self.query.sort is Sort.NAME and not counted
        if named and not where and limit is not None:
            # Read in order of names, so that a page is full early.
            source = "pictures p INDEXED BY pictures_name CROSS JOIN facts f ON f.row = p.row"
            named = False
        sql = f"SELECT {columns} FROM {source}"
        if named:
            sql += " JOIN pictures p ON p.row = f.row"
        sql += f" WHERE {where} AND {rest}" if where else f" WHERE {rest}"
        if not counted:
            order = _ORDER[self.query.sort]
            # Ordered by the row numbers of the leading table, so that SQLite need not sort.
            if source.startswith("words"):
                order = order.replace("f.row", "words.rowid")
            elif " g CROSS" in source:
                order = order.replace("f.row", "g.row")
            elif source.startswith("pictures"):
                order = order.replace("f.row", "p.row")
            sql += f" ORDER BY {order}"
            if limit is not None:
                sql += f" LIMIT {int(limit)}"
        return Statement(sql=sql, values=(*values, *more))

    def _plan(self, limit: int | None) -> tuple[_Source, list[Condition]]:
        """The cheapest source of rows, and the conditions to check for each."""
        scan: _Source = ("facts f", "", ())
        looked = [*self._facts, *_looked_up(self._needles)]
        by_words: _Source = (
            "words CROSS JOIN facts f ON f.row = words.rowid",
            "words MATCH ?",
            (" AND ".join(self._match),),
        )
        beside = [*self._facts, *_looked_up(self._beside)]
        ((every,),) = self._run("SELECT coalesce(max(row), 0) FROM facts", ())
        if every <= self._costs.small:
            return (by_words, beside) if self._match else (scan, looked)
        docs = self._meeting(every)
        passing = self._passing(every)
        wanted = every if limit is None else limit
        newest = self.query.sort in (Sort.NEWEST, Sort.OLDEST)
        # Reading stops at a full page only if rows are read in the requested order.
        hits = max(passing * docs / every, 1 / every)
        costs = self._costs
        step = costs.name if self.query.sort is Sort.NAME and limit is not None else costs.scan
        plans = [
            (
                min(every, wanted / hits) * (step + (passing * costs.look if self._needles else 0)),
                scan,
                looked,
            )
        ]
        if self._match:
            steps = min(docs, wanted / max(passing, 1 / every)) if newest else docs
            # Facts are checked only for rows with all words, but the list of each word is read.
            lists = sum(self._docs) * steps / max(docs, 1.0)
            cost = lists * costs.list + steps * costs.words
            plans.append((cost, by_words, beside))
        part = docs / every
        for condition in self._facts:
            if condition.lead is None:
                continue
            source, where = condition.lead
            ((n,),) = self._run(
                f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {where} LIMIT {_COUNTED})",
                condition.values,
            )
            if n >= _COUNTED and not (condition.ordered and newest and limit is not None):
                continue
            share = max(min(1.0, passing * every / max(n, 1)), 1 / every)
            early = condition.ordered and newest
            steps = min(n, wanted / max(share * part, 1 / every)) if early else n
            look = share * costs.look if self._needles else 0
            rest = [one for one in looked if one is not condition]
            plans.append((steps * (costs.lead + look), (source, where, condition.values), rest))
        _cost, source_of_rows, conditions = min(plans, key=lambda plan: plan[0])
        return source_of_rows, conditions

    def _passing(self, every: int) -> float:
        """Estimated share of pictures that match the facts."""
        where, values = _joined(self._facts)
        step = max(1, every // _SAMPLE)
        rows = ",".join(str(row) for row in range(1 + step // 2, every + 1, step))
        ((n,),) = self._run(
            f"SELECT count(*) FROM facts f WHERE f.row IN ({rows}) AND {where}", values
        )
        return max(float(n), 0.3) / (rows.count(",") + 1)


_DOCS = "SELECT docs FROM terms WHERE term = ?"
_DOCS_FROM = "SELECT sum(docs) FROM terms WHERE term >= ? AND term < ?"
_TERMS_FROM = "SELECT term, docs FROM terms WHERE term >= ? AND term < ? LIMIT ?"


def _indexed(index: str, where: str) -> tuple[str, str]:
    return f"facts f INDEXED BY {index}", where


def _any(column: str, values: Sequence[Any]) -> Condition:
    if not values:
        return Condition(sql="0")
    sql = f"f.{column} IN ({marks(values)})" if len(values) > 1 else f"f.{column} = ?"
    return Condition(
        sql=sql,
        values=tuple(values),
        lead=_indexed(f"facts_{column}", sql),
        ordered=len(values) == 1,
    )


def _aspects(wanted: Sequence[str]) -> Condition:
    shapes = {"wide": "f.width > f.height", "tall": "f.width < f.height"}
    if len(wanted) == 1 and wanted[0] in shapes:
        return Condition(sql=shapes[wanted[0]])
    ratios = [one for one in wanted if one not in shapes]
    # Pictures indexed by an earlier version may have the exact ratio in place of a common name.
    names = [name for one in ratios for name in _ratio_names(*map(int, one.split(":")))]
    exact = _any("aspect", list(dict.fromkeys(names)))
    if len(ratios) == len(wanted):
        return exact
    every = [exact.sql, *(shapes[one] for one in wanted if one in shapes)]
    return Condition(sql="(" + " OR ".join(every) + ")", values=exact.values)


def _ratio_names(width: int, height: int) -> tuple[str, str]:
    return ratio_name(width, height), str(AspectRatio.of(width, height))


def _between(fact: SearchFilter) -> Condition:
    parts: list[str] = []
    values: list[float] = []
    for sign, bound in ((">=", fact.low), ("<", fact.high)):
        if bound is not None:
            parts.append(f"f.{fact.key} {sign} ?")
            values.append(bound)
    sql = " AND ".join(parts) or "1"
    lead = _indexed(f"facts_{fact.key}", sql) if fact.key in _INDEXED and parts else None
    return Condition(sql=sql, values=tuple(values), lead=lead)


def _membership(table: str, column: str, numbers: Sequence[int]) -> Condition:
    if not numbers:
        return Condition(sql="0")
    within = f"{column} IN ({marks(numbers)})"
    sql = f"EXISTS (SELECT 1 FROM {table} g WHERE g.{within} AND g.row = f.row)"
    if len(numbers) > 1:
        # A picture may have several of the values, but must be found only once.
        return Condition(
            sql=sql,
            values=tuple(numbers),
            lead=("facts f", f"f.row IN (SELECT row FROM {table} WHERE {within})"),
        )
    return Condition(
        sql=sql,
        values=tuple(numbers),
        lead=(f"{table} g CROSS JOIN facts f ON f.row = g.row", f"g.{column} = ?"),
        ordered=True,
    )


def _literal(words: SearchPhrase) -> Condition:
    """Condition on characters that the index does not treat as words: emoji, punctuation, marks.

    Each part of a joined emoji must occur.
    """
    parts = [part for part in _CHOOSING.split(words.text) if part] or [words.text]
    values: list[Any] = []
    for part in parts:
        values += [json.dumps(part, ensure_ascii=False)[1:-1], part, part, part]
    every = " AND ".join([_LITERAL] * len(parts))
    found = f"EXISTS (SELECT 1 FROM pictures p WHERE p.row = f.row AND {every})"
    return Condition(sql=f"NOT {found}" if words.without else found, values=tuple(values))


def _looked_up(needles: Sequence[tuple[str, bool]]) -> list[Condition]:
    """Condition that each of these texts occurs, or does not occur, in a picture's words."""
    if not needles:
        return []
    parts = " AND ".join(f"instr(t.text, ?) {'>' if there else '='} 0" for _n, there in needles)
    return [
        Condition(
            sql=f"EXISTS (SELECT 1 FROM texts t WHERE t.row = f.row AND {parts})",
            values=tuple(needle for needle, _there in needles),
        )
    ]


def _joined(conditions: Sequence[Condition]) -> tuple[str, tuple[Any, ...]]:
    where = " AND ".join(f"({one.sql})" if " OR " in one.sql else one.sql for one in conditions)
    return where or "1", tuple(value for one in conditions for value in one.values)
