"""Does a text decline in words? Our rules, which tell three classes, and the keyword lists that others published."""

from tasks.scorers.refusal.detector import (
    REFUSAL_RULE,
    RULES,
    classify,
    deciding_rule,
    is_refusal,
)
from tasks.scorers.refusal.keywords import KEYWORD_LISTS, KeywordList
from tasks.scorers.refusal.rule import RuleBook

__all__ = [
    "KEYWORD_LISTS",
    "REFUSAL_RULE",
    "RULES",
    "KeywordList",
    "RuleBook",
    "classify",
    "deciding_rule",
    "is_refusal",
]
