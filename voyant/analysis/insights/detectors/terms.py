"""Words of free texts: the most frequent, those that mark the texts of a group, ids that come back in them."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import share
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, coverage, saturating
from voyant.analysis.insights.frame import Factor, Frame
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.relations import Relations
from voyant.analysis.profile.stopwords import STOP_WORDS
from voyant.analysis.wording import readable, sentence
from voyant.domain.finding import Severity
from voyant.domain.table import Column
from voyant.lake.sql import identifier, literal

MOST_TEXTS = 10_000
"""Texts that words are sought in; the numbers of a sentence are counted on all."""
_MOST_TERMS = 300
_FEWEST_TEXTS = 8
_SMALLEST_GAP = 0.15
_SMALLEST_PHI = 0.2
_SMALLEST_ID_SHARE = 0.03
_MOST_CHARACTERS = 400


class _Texts(Struct, frozen=True):
    """Which texts mention which terms.

    Attributes:
        rows: Of each text, the row of the frame it stands in.
        mentions: Texts by terms.
    """

    column: Column
    rows: NDArray[np.int64]
    terms: list[str]
    mentions: NDArray[np.bool_]
    distinct: int


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    for column in frame.subjects.texts:
        texts = _read(frame, column)
        if texts is None:
            continue
        overall = _frequent(frame, texts)
        if overall is not None:
            search.comparisons.append(overall)
        search.comparisons += _ids(frame, texts)
        for factor in frame.factors:
            if factor.name != column.name:
                search.comparisons += _marking(frame, texts, factor)
    return search


def _read(frame: Frame, column: Column) -> _Texts | None:
    name = identifier(column.name)
    taken = frame.table.arrow(
        f"SELECT lower(substr({name}, 1, {_MOST_CHARACTERS})) AS text\nFROM {frame.source}{frame.sampling}"
    ).column("text")
    known = np.flatnonzero(np.asarray(taken.is_valid().to_numpy()))
    step = max(1, -(-len(known) // MOST_TEXTS))
    rows = known[::step]
    if len(rows) < 2 * _FEWEST_TEXTS:
        return None
    distinct: dict[str, set[str]] = {}
    documents = []
    for text in taken.take(rows).to_pylist():
        words = distinct.get(text)
        if words is None:
            words = distinct[text] = _words(text)
        documents.append(words)
    counts = Counter(word for words in documents for word in words)
    frequent = [word for word, count in counts.items() if count >= _FEWEST_TEXTS]
    terms = sorted(frequent, key=lambda word: (-counts[word], word))[:_MOST_TERMS]
    if not terms:
        return None
    places = {term: index for index, term in enumerate(terms)}
    mentions = np.zeros((len(rows), len(terms)), dtype=np.bool_)
    for row, words in enumerate(documents):
        for word in words:
            if word in places:
                mentions[row, places[word]] = True
    return _Texts(column, rows, terms, mentions, len(distinct))


def _words(text: str) -> set[str]:
    """The words of a text; of an id such as ``printer546`` also the word it begins with."""
    found = re.findall(r"[^\W_]+(?:['’\-][^\W_]+)*", text)
    stems = [match[1] for word in found if word[-1].isdigit() and (match := re.match(r"([^\W\d_]{3,})\d", word))]
    return {word for word in (*found, *stems) if len(word) > 2 and word not in STOP_WORDS and not word.isdigit()}


def _mentions(column: Column, term: str) -> str:
    """The SQL condition that a text mentions a term, in whatever case."""
    return f"lower({identifier(column.name)}) LIKE {literal(f'%{term}%')}"


def _frequent(frame: Frame, texts: _Texts) -> Comparison | None:
    """The most frequent terms, where some come often and the texts are not all alike."""
    shares = texts.mentions.mean(axis=0)
    told = [index for index in np.argsort(-shares, kind="stable") if 0.1 <= shares[index] <= 0.9]
    told = _apart(texts, told)[:3]
    if not told or texts.distinct < 20:
        return None
    terms = [texts.terms[index] for index in told]
    column = texts.column
    counted = ",\n  ".join(f"{share(_mentions(column, term))} AS {identifier(term)}" for term in terms)
    sql = f"SELECT {counted}\nFROM {frame.source}\nWHERE {identifier(column.name)} IS NOT NULL"

    def tell(telling: Telling) -> str:
        first = f"“{terms[0]}” is the most frequent word of {readable(column.name)}: {telling.percent(terms[0])} of "
        rest = [f"“{term}” {telling.percent(term)}" for term in terms[1:]]
        return sentence(first + "the texts mention it" + (f", {' and '.join(rest)}" if rest else ""))

    return Comparison(
        question=Question.TERMS,
        n=len(texts.rows),
        claim=Claim(
            kind="frequent_terms",
            columns=(column.name,),
            sql=sql,
            tell=tell,
            strength=0.28 + 0.25 * float(shares[told[0]]),
            title=f"frequent words of {readable(column.name)}",
        ),
    )


def _apart(texts: _Texts, indices: list[int]) -> list[int]:
    """Of terms that always come together, only the first."""
    kept: list[int] = []
    for index in indices:
        own = texts.mentions[:, index]
        if all(
            texts.terms[other] not in texts.terms[index]
            and texts.terms[index] not in texts.terms[other]
            and float((own & texts.mentions[:, other]).sum())
            < 0.9 * float(min(own.sum(), texts.mentions[:, other].sum()))
            for other in kept
        ):
            kept.append(index)
    return kept


def _ids(frame: Frame, texts: _Texts) -> list[Comparison]:
    """Ids of things (letters and digits) that some texts mention again and again."""
    counts = texts.mentions.sum(axis=0)
    ids = [i for i, term in enumerate(texts.terms) if re.fullmatch(r"[^\W\d_]+-?\d{2,}", term)]
    if not ids or texts.distinct < 5 or int(counts[ids].max()) < _SMALLEST_ID_SHARE * len(texts.rows):
        return []
    top = max(ids, key=lambda index: (int(counts[index]), texts.terms[index]))
    among = int(counts[ids].sum())
    column, term = texts.column, texts.terms[top]
    sql = (
        f"SELECT sum(CASE WHEN {_mentions(column, term)} THEN 1 ELSE 0 END) AS records,\n"
        f"  {share(_mentions(column, term))} AS share\n"
        f"FROM {frame.source}\nWHERE {identifier(column.name)} IS NOT NULL"
    )
    kinds = len(ids)
    p = min(1.0, kinds * statistics.binomial_tail(int(counts[top]), among, 1 / kinds)) if kinds > 1 else None

    def tell(telling: Telling) -> str:
        return sentence(
            f"“{term}” is the id that {readable(column.name)} mentions most: {telling.count('records')} records, "
            f"{telling.percent('share')}"
        )

    return [
        Comparison(
            question=Question.TERMS,
            test="binomial tail of the most frequent id, Bonferroni over the ids",
            effect_name="mentions",
            effect=float(counts[top]),
            p=p,
            n=among,
            claim=Claim(
                kind="repeated_id",
                columns=(column.name,),
                focus=((column.name, term),),
                sql=sql,
                tell=tell,
                strength=0.4 + 0.4 * saturating(float(counts[top]) / len(texts.rows), 0.15),
                title=f"mentions of {term}",
                severity=Severity.NOTICE,
            ),
        )
    ]


def _marking(frame: Frame, texts: _Texts, factor: Factor) -> list[Comparison]:
    """For each value the term that marks its texts most; the p-value counts every term that was tried."""
    codes = factor.codes[texts.rows]
    held = codes >= 0
    n = int(held.sum())
    mentioned = texts.mentions[held].sum(axis=0)
    names = {word for value in factor.values for word in re.findall(r"[^\W_]{3,}", value.casefold())}
    itself = np.asarray([_names(term, names) for term in texts.terms])
    found = []
    for value in range(len(factor.values)):
        size = int((codes == value).sum())
        if size < _FEWEST_TEXTS or size > n - _FEWEST_TEXTS:
            continue
        within = texts.mentions[codes == value].sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = np.sqrt(size * (n - size) * mentioned.astype(np.float64) * (n - mentioned))
            phi = (n * within.astype(np.float64) - size * mentioned) / scale
        gap = within / size - (mentioned - within) / (n - size)
        phi = np.where((gap >= _SMALLEST_GAP) & ~itself & np.isfinite(phi), phi, 0.0)
        term = int(np.argmax(phi))
        if phi[term] <= 0:
            found.append(Comparison(question=Question.TERMS, p=1.0, n=n))
            continue
        elsewhere = int(mentioned[term] - within[term])
        test = statistics.two_proportions(int(within[term]), size, elsewhere, n - size)
        found.append(
            Comparison(
                question=Question.TERMS,
                test="two proportions for the most telling word, Bonferroni over the words",
                effect_name="phi",
                effect=float(phi[term]),
                p=min(1.0, test.p * len(texts.terms)),
                n=n,
                claim=_marked(frame, texts, factor, value, texts.terms[term], float(phi[term]))
                if phi[term] >= _SMALLEST_PHI
                else None,
            )
        )
    return found


def _names(term: str, names: set[str]) -> bool:
    """Whether a term is a word of a group's own name, in this or another form of it."""
    return any(term[:5] == name[:5] or term.startswith(name) for name in names)


def _marked(frame: Frame, texts: _Texts, factor: Factor, value: int, term: str, phi: float) -> Claim:
    column = texts.column
    own, mention = factor.is_value(value), _mentions(column, term)
    sql = (
        "SELECT\n"
        f"  {share(mention, own)} AS within,\n"
        f"  {share(mention, f'NOT ({own})')} AS elsewhere,\n"
        f"  sum(CASE WHEN {own} AND {mention} THEN 1 ELSE 0 END) AS records\n"
        f"FROM {frame.source}\n"
        f"WHERE {identifier(factor.name)} IS NOT NULL AND {identifier(column.name)} IS NOT NULL"
    )

    def tell(telling: Telling) -> str | None:
        if not telling.value("within") > telling.value("elsewhere"):
            return None
        return sentence(
            f"“{term}” marks {readable(column.name)} of {value_name(factor, value)}: {telling.percent('within')} of "
            f"these texts mention it ({telling.count('records')}), against {telling.percent('elsewhere')} of the others"
        )

    return Claim(
        kind="marking_term",
        columns=(column.name, factor.name),
        focus=((factor.name, factor.values[value]), (column.name, term)),
        sql=sql,
        tell=tell,
        strength=0.3 + 0.45 * saturating(phi, 0.45) * coverage(float(factor.counts[value]), frame.rows),
        title=f"“{term}” in {readable(column.name)} by {readable(factor.name)}",
        severity=Severity.NOTICE,
    )
