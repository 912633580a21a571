"""Declining in words: our rules in three classes, and the published keyword lists beside them."""

from tasks.scorers.refusal.detector import REFUSAL_RULE, RULES, RefusalClass, classify, deciding_rule, is_refusal

__all__ = ["REFUSAL_RULE", "RULES", "RefusalClass", "classify", "deciding_rule", "is_refusal"]
