"""Free text against references: ROUGE-L and sentence BLEU, by the libraries whose figures others quote.

Citations: Lin 2004, ROUGE (google-research's rouge-score); Post 2018, arXiv 1804.08771 (sacrebleu). Neither needs a
download. The BLEU of a corpus differs from the mean over its sentences. The scorer gives the BLEU of each sentence, and
``bleu_part`` gives what a sentence adds to the sums that ``tasks.stats.bleu`` reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tasks.answers import LONGEST_TEXT
from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, unparsed, valued
from tasks.scorers.spans import SEPARATOR, right_answers

_MOST_CELLS = 250_000  # ROUGE-L fills a table of answer words x reference words; this many cells take half a second
_MOST_WORDS = 1_000  # of a reference, and of an answer for BLEU


@dataclass(frozen=True)
class RougeL(Versioned):
    """F-measure of the longest common subsequence of words, without stemming; the best over references.

    Words are runs of a-z and 0-9, so a text in another script has no words. ``item.target`` is a JSON list of
    references, or a single one as text.
    """

    name: str = "rouge_l"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed for a text without a word."""
        rouge, tokenize = _rouge()
        words = tokenize(text, None)
        if not words:
            return unparsed()
        values = []
        for reference in _references(item.target):
            gold = tokenize(reference, None)[:_MOST_WORDS]
            said = words[: _MOST_CELLS // max(len(gold), 1)]
            values.append(rouge.score(" ".join(gold), " ".join(said))["rougeL"].fmeasure)
        return valued(float(max(values, default=0.0)), answer=text.strip())


@dataclass(frozen=True)
class Bleu(Versioned):
    """sacrebleu's sentence BLEU over all references: 13a words, exponential smoothing, effective order."""

    name: str = "bleu"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed for a blank text. The value is from 0 to 1, where sacrebleu gives 0 to 100."""
        said = _kept(text)
        if not said:
            return unparsed()
        value = _bleu().sentence_score(said, _references(item.target)).score / 100
        return valued(min(max(value, 0.0), 1.0), answer=text.strip())


def bleu_part(target: str, text: str) -> tuple[float, ...]:
    """What one text adds to a corpus: 4 counts of matching n-grams, 4 of n-grams, its words, the reference's words.

    >>> bleu_part("the cat sat", "the cat")
    (2.0, 1.0, 0.0, 0.0, 2.0, 1.0, 0.0, 0.0, 2.0, 3.0)
    """
    found = _bleu().sentence_score(_kept(text[:LONGEST_TEXT]), _references(target))
    return tuple(map(float, (*found.counts, *found.totals, found.sys_len, found.ref_len)))


def _kept(text: str) -> str:
    return " ".join(text.split()[:_MOST_WORDS])


def _references(target: str) -> list[str]:
    return [SEPARATOR.join(spans) for spans in right_answers(target)] or [""]


@cache
def _rouge() -> Any:
    from rouge_score import rouge_scorer, tokenize  # noqa: PLC0415 - the import takes seconds, and no other scorer needs it

    return rouge_scorer.RougeScorer(["rougeL"]), tokenize.tokenize


@cache
def _bleu() -> Any:
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - as above

    return BLEU(effective_order=True)
