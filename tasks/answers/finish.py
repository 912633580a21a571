"""Why a text ended, whatever word the server used for it.

Servers that speak one protocol use different words: their own, their model's, or another provider's that a gateway
passes on. Words are compared by their letters alone, so that ``MAX_TOKENS``, ``maxTokens`` and
``FinishReason.MAX_TOKENS`` are one word, and ``content_filter: SPII`` is ``content_filter``. To teach a new word, add
it to ``_WORDS`` and raise ``ANSWER_RULE``.

The words, with their sources, stand in tests/tasks/providers/test_server_matrix.py.

Tested in tests/tasks/answers/test_finish.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class Ending(StrEnum):
    """Why a text ended; the values are OpenAI's words, under which answers are landed."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    UNKNOWN = "unknown"


# Only letters are compared, and these prefixes are taken off: FINISH_REASON_STOP, REASON_MAX_LEN.
_PREFIXES = ("alternativestatus", "candidatefinishreason", "finishreason", "stopreason", "reason")
_WORDS: dict[Ending, str] = {
    # The model came to its end, or to a stop string.
    Ending.STOP: """
        stop stopped end endturn endofturn endoftext endofsequence eos eostoken eosfound stopsequence
        stopsequencereached stopstring stopstringfound stopword stoptoken word complete completed completestop finish
        finished final normal done
    """,
    # It was cut off by a limit, or a loop was broken. A turn that is paused or compacted is not over.
    Ending.LENGTH: """
        length maxtokens maxtoken maximumtokens maxtokensreached modellength maxlength maxlen maxoutputtokens
        maxnewtokens maxcompletiontokens maxpredictedtokensreached tokenlimit tokenlimitreached limit errorlimit
        context contextlength contextlengthreached contextlengthexceeded contextwindowexceeded
        modelcontextwindowexceeded maxcontext prompttoolong incomplete truncated truncatedfinal notfinished pauseturn
        compaction repetition repetitiontruncation
    """,
    # The provider stopped it, before or after the model said something.
    Ending.CONTENT_FILTER: """
        contentfilter contentfiltered contentfiltering filtered safety refusal recitation language blocklist blacklist
        prohibitedcontent spii modelarmor imagesafety imageprohibitedcontent imagerecitation sensitive errortoxic
        guardrail guardrails guardrailintervened moderation blocked flagged promptblocked contentpolicyviolation
    """,
    # It turned to a tool, or tried to.
    Ending.TOOL_CALLS: """
        toolcalls toolcall tooluse functioncall malformedfunctioncall malformedtooluse unexpectedtoolcall
        toomanytoolcalls
    """,
}
# What is no answer at all: the server broke off, whatever text it had by then.
_BROKEN_OFF = """
    error failed failure abort aborted cancel cancelled canceled usercancel userstopped timeout timelimit networkerror
    insufficientsystemresource load unload modelunloaded malformedresponse malformedmodeloutput
"""
_NO_ENDINGS = frozenset(_BROKEN_OFF.split())
_ENDINGS = {word: ending for ending, words in _WORDS.items() for word in words.split()}


def ending_of(word: str | None) -> Ending:
    """The ending behind a server's word; ``unknown`` for a word that is not in the table, and for none."""
    return _ENDINGS.get(_letters(word or ""), Ending.UNKNOWN)


def is_broken_off(word: str | None) -> bool:
    """Whether a word says that the server did not bring the answer to its end, so that it must be asked again."""
    return _letters(word or "") in _NO_ENDINGS


def telling_word(words: Iterable[str | None]) -> str | None:
    """Of all the words that a server has for one ending, the one that says most; the server's first word comes first.

    A gateway that says ``stop`` may pass on the model's own ``MAX_TOKENS`` beside it. An unknown word says less than a
    known one.
    """
    given = [word for word in words if word]
    known = [word for word in given if ending_of(word) is not Ending.UNKNOWN]
    telling = [word for word in known if ending_of(word) is not Ending.STOP]
    return next(iter([*telling, *known, *given]), None)


@lru_cache(maxsize=1024)
def _letters(word: str) -> str:
    letters = re.sub(r"[^a-z]", "", word.partition(":")[0].lower())
    prefix = next((prefix for prefix in _PREFIXES if letters.startswith(prefix)), "")
    return letters.removeprefix(prefix) or letters
