"""Declining in words: our rules in three classes, and the published keyword lists beside them."""

from tasks.scorers.refusal.detector import (
    REFUSAL_RULE,
    RULES,
    classify,
    deciding_rule,
    gated,
    is_refusal,
)
from tasks.scorers.refusal.keywords import KEYWORD_LISTS, KeywordList

__all__ = [
    "KEYWORD_LISTS",
    "REFUSAL_RULE",
    "RULES",
    "KeywordList",
    "classify",
    "deciding_rule",
    "gated",
    "is_refusal",
]
