"""What a reply without an answer means: a prompt that was blocked, one that is too long, or an error with a name.

Servers and gateways say the same in many words, with many statuses, and wrap each other's errors. So the words of the
whole document are read, without what it may repeat of the request. The first rule that fits decides:

1. The provider blocked the prompt or the answer: the answer is ``filtered``.
2. The token limit leaves no room for any prompt, or is more than the model gives: a mistake in the configuration.
3. The prompt does not fit: an answer of length 0, text "", finish reason ``length`` and the word ``prompt_too_long``.
   Model and item decide it, and no later run changes it, so it must not count as missing. A 413 says so without words.
4. The key, the quota, the model or a parameter is wrong: no request of the cell can succeed.
5. The server is overloaded or broken: the request is sent again.
6. Anything else: this request can never succeed.

The spellings, with their sources, stand in tests/tasks/providers/test_server_matrix.py.

Tested in tests/tasks/providers/test_errors.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tasks.errors import CellError, Fault, ProviderError, TerminalError, TransientError
from tasks.providers.posting import Reply, retry_after_s
from tasks.providers.wire import Answer

_TRANSIENT_STATUS = frozenset({408, 409, 424, 425, 429, 498, 499})
# Authentication, payment, permission, an unknown model: every other request of the cell would fail the same way.
_CELL_STATUS = frozenset({401, 402, 403, 404})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The statuses under which no words make an answer of a failure: the request was not looked at.
_NOT_LOOKED_AT = frozenset({401, 402, 404, 408, 425, 429})
_BAD_REQUEST, _UNKNOWN_KEY, _PAYMENT, _FORBIDDEN, _NOT_FOUND = 400, 401, 402, 403, 404
_TOO_LARGE, _TOO_MANY, _BROKEN = 413, 429, 500
# What documents repeat of a request, such as the input that a validator refused.
_ECHOES = frozenset(
    {"input", "flagged_input", "prompt", "messages", "request", "body", "ctx", "content", "headers", "model"}
)
_DEEPEST = 8
_MOST_CHARACTERS = 20_000
# Where a document says its own status.
_CODES = ("code", "status", "status_code", "statusCode")
# Our word for the end of an answer whose prompt did not fit: the model never saw the question.
PROMPT_TOO_LONG = "prompt_too_long"
# The kind of an error whose status says something else.
OVERLOADED = "overloaded"

_BLOCKED = re.compile(
    r"content_?filter(?!_?(?:error|result))|content_policy_violation|contentpolicyviolation|responsibleaipolicy"
    r"|content management policy|content[ _]filtering policy|data_?inspection_?failed|inappropriate content"
    r"|content exists risk|considered high risk|moderation[ _]block|prohibited_content|blocked by (?:\w+ ){0,4}"
    r"(?:safety|content|moderation|guardrail|polic)|(?:prompt|input|output|response|request|content|message)s? "
    r"(?:was|were|is|has been|have been|got) (?:\w+ ){0,2}(?:flagged|blocked|rejected|filtered|refused)"
    r" (?:\w+ ){0,6}(?:safety|content|moderation|guardrail|polic|security)|(?:was|were) flagged"
    r"|violat\w+ (?:of )?(?:\w+['’]?\w* ){0,4}(?:usage|content|safety|use|guardrail|moderation|acceptable use) ?"  # noqa: RUF001
    r"(?:polic|guideline)|violated (?:guardrail|content|moderation|safety)|safety_check|guardrail_intervened"
    r"|rejected (?:\w+ ){0,5}safety system|result of our safety system|blocked due to security configuration"
    r"|new_sensitive|sensitive (?:content|words?|information)|敏感|违规|不安全",
)
# A 403 with such words is about who asks, not about what was asked.
_WHO_ASKS = re.compile(r"\byour (?:account|organi[sz]ation|project)|region|country|territory|suspended|banned|disabled")
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size|limit)[ _-]?(?:is |was |has been )?exceed|exceed_context_size"
    r"|exceed(?:s|ed|ing)? (?:(?:the|this|its|our|your|model['’]?s?|available|maximum|max|configured|allowed) )*"  # noqa: RUF001
    r"(?:context|input|prompt|token|sequence)[ _](?:length|limit|window|size|limits|token limit)"
    r"|exceed(?:s|ed|ing)? (?:the )?(?:max_\w+|n_ctx)|session_len|context window exceeds"
    r"|context the overflows|context length of only|token[_ ]limit[_ ]exceeded"
    r"|(?:maximum|max) (?:(?:allowed|model|context|sequence|prompt|input|token) )+(?:length|limit|size)"
    r"|\b(?:prompt|input|request|conversation|messages?|context|query)\b[^.]{0,60}?"
    r"(?<!took )(?<!takes )(?<!taking )(?<!taken )\btoo (?:long|large)\b"
    r"|longer than (?:(?:the|this|model['’]?s?|maximum|max|allowed) )*(?:context|model|input|allowed|length|limit)"  # noqa: RUF001
    r"|\b(?:tokens?|length|token count)\b[^.]{0,80}?\b(?:exceeds?|exceeded|exceeding|greater than|larger than) "
    r"(?:(?:the|this|model['’]?s?|configured) )*(?:maximum|max|limit|context|allowed)"  # noqa: RUF001
    r"|`?inputs`? tokens \+ `?max_new_tokens`? must|`?inputs`? must have less than"
    r"|reduce (?:the |your )?(?:(?:length|size|number) of|prompt|input|context|messages)"
    r"|(?:shorten|shorter) (?:the |your )?prompt"
    r"|too many (?:input |prompt )?tokens|current length is \d+ while limit|tokens but the (?:model )?context"
    r"|(?:not|n't) fit (?:in|into|within) (?:the )?(?:model['’]?s? )?context|range of input length should be"  # noqa: RUF001
    r"|max input characters|(?:上下文|输入|提示|prompt|tokens?).{0,12}(?:超长|超出|超过|过长)",
)
# A limit on tokens in a time is none on the prompt.
_PER_TIME = re.compile(r"per[ -](?:minute|min|hour|day|second)\b|\btp[md]\b|rate[ _-]?limit|please wait|rate_limit")
_TOO_LARGE_FOR_PACE = re.compile(r"request too large|reduce your message size|must be reduced")
_ROOM = re.compile(
    r"(?:maximum (?:context|model|sequence) length(?: is| of)?|context (?:length|window|size)(?: is| of|:)?"
    r"|must be <=|context limit: \d+ \+ \d+ >)[^\d\w]{0,4}(\d+)"
)
# llama.cpp compares the prompt alone with the context, whatever the token limit is.
_PROMPT_ALONE = re.compile(r"exceed_context_size|\brequest (?:\(\d+ tokens\) )?exceeds the available context")
_OUTPUT = r"`?'?(?:max_tokens|max_completion_tokens|max_new_tokens|max_output_tokens|maxoutputtokens)'?`?"
_OUTPUT_LIMIT = re.compile(
    rf"{_OUTPUT}(?: value)?[^.]{{0,60}}?(?:less than or equal to|at most|must be between|valid range|is too large"
    rf"|is limited|maximum value|maximum allowed)|valid range of {_OUTPUT}|maximum allowed number of output tokens"
    rf"|at most \d+ (?:completion|output) tokens|max tokens must be (?:less|at most)|max_tokens_exceeded",
)
_KEY = re.compile(
    r"(?:invalid|incorrect|wrong|missing|no|expired)(?: or missing)? api[ _-]?key"
    r"|api[ _]key (?:is )?(?:not valid|invalid|expired)|api_key_invalid|authentication_?error"
)
_MODEL = re.compile(
    r"model_not_found|not a valid model|invalid model|model_not_supported"
    r"|\bmodel\b[^.]{0,80}?\b(?:does not exist|not found|not exist)",
)
# A gateway's words for what the server behind it said, about its own key and credit for one of its models.
_PASSED_ON = re.compile(r"litellm\.|provider returned error|upstream")
_SPENT = re.compile(
    r"insufficient[_ ](?:quota|balance|credits?|funds)|billing_hard_limit|credit balance is too low"
    r"|check your plan and billing"
    r"|budget[_ ](?:has been )?exceeded|exceeded ?budget|over budget|spend(?:ing)? limit|余额",
)
_SPENT_TODAY = re.compile(r"per-day|perday")
# A quota with such words is one of a minute, whatever a server calls it.
_COMES_BACK = re.compile(r"google\.rpc\.retryinfo|(?:try again|retry) in \d")
_BUSY = re.compile(
    r"upstream|overload|over capacity|at capacity|capacity[ _]exceeded|temporarily|unavailable|(?:is|too) busy"
    r"|time(?:d)?[ _-]?out|try again (?:later|in)|connection (?:reset|refused|error|closed)|resource_?exhausted"
    r"|too many requests|rate[ _-]?limit|is (?:currently )?loading|no healthy|internal (?:server )?error"
)
# A parameter that the server does not take, and the setting that changes it.
_SETTINGS = (
    (
        re.compile(r"\bstop(?:_sequences)?\b[^.]{0,80}?(?:too long|at most|maximum|too many|up to|no more than)"),
        "Set sampling.max_stop_strings to what this server takes",
    ),
    (re.compile(r"use '?max_completion_tokens"), "Set sampling.token_limit_name: max_completion_tokens"),
    (
        re.compile(r"\btemperature\b[^.]{0,80}?(?:not support|unsupported|deprecated|not allowed|only the default)"),
        "Set sampling.temperature: null",
    ),
)


def answer_of_failure(reply: Reply, max_tokens: int | None = None) -> Answer:
    """The answer behind a failed reply; ``max_tokens`` is the token limit that was asked for.

    Raises:
        ProviderError: There is none; the type of the error decides what happens next.
    """
    if reply.status in _REDIRECTS:
        raise _redirected(reply)
    status, words = _status(reply), _said(reply.document)
    if status not in _NOT_LOOKED_AT:
        if _BLOCKED.search(words) and not (status == _FORBIDDEN and _WHO_ASKS.search(words)):
            return filtered(reply)
        if _leaves_no_room(words, max_tokens):
            raise _error(CellError, reply, status, f"Lower the token limit of {max_tokens}: sampling.max_tokens")
        if (status == _TOO_LARGE or _TOO_LONG.search(words)) and not _PER_TIME.search(words):
            return _prompt_too_long(reply)
    raise _failure(reply, status, words)


def failure_of(reply: Reply) -> ProviderError:
    """The error of a failed reply to anything but a question."""
    return _redirected(reply) if reply.status in _REDIRECTS else _failure(reply, _status(reply), _said(reply.document))


def filtered(reply: Reply) -> Answer:
    """The answer to a prompt that the provider blocked, with its own words as the reason."""
    return Answer("filtered", None, "content_filter", refusal_text=reply.message, provider_request_id=reply.request_id)


def _prompt_too_long(reply: Reply) -> Answer:
    return Answer("answered", "", "length", provider_request_id=reply.request_id, finish_word=PROMPT_TOO_LONG)


def unreadable(reply: Reply, missing: str) -> TransientError:
    """The error of a success that holds no answer: a gateway's page, half a document."""
    found = f"text starting {reply.document[:60]!r}" if isinstance(reply.document, str) else missing
    return TransientError(f"unreadable answer: {found}", error_type="unreadable_answer", may_be_billed=True)


def _failure(reply: Reply, status: int, words: str) -> ProviderError:
    """The error of a reply that stands for no answer."""
    if status in _CELL_STATUS or _is_spent(words):
        return _error(CellError, reply, status, fault=_fault(status, words))
    if status in _TRANSIENT_STATUS or status >= _BROKEN:
        can_pass = not (status == _TOO_MANY and _TOO_LARGE_FOR_PACE.search(words))
        return _error(TransientError if can_pass else TerminalError, reply, status)
    if reply.is_success:
        return _error(TransientError, reply, status, kind="unreadable_answer")
    setting = next((named for pattern, named in _SETTINGS if pattern.search(words)), "")
    if setting or _KEY.search(words) or _MODEL.search(words):
        return _error(CellError, reply, status, setting, fault=None if setting else _fault(status, words))
    if _BUSY.search(words):
        return _error(TransientError, reply, status, kind=OVERLOADED)
    return _error(TerminalError, reply, status)


def _redirected(reply: Reply) -> TerminalError:
    """The error of a server that sends a request on; nothing is sent to a host that the configuration does not name."""
    there = re.match(r"https?://[\w.:-]{1,100}", reply.headers.get("location", ""))
    place = there[0] if there else "another address"
    said = f"HTTP {reply.status}: the server sends requests on to {place}. If that is right, set base_url to it"
    return TerminalError(said, error_type=f"http_{reply.status}")


def _is_spent(words: str) -> bool:
    """Whether a quota is used up for longer than a run lasts."""
    is_spent = _SPENT.search(words) and not _COMES_BACK.search(words)
    return bool(is_spent or _SPENT_TODAY.search(words))


def _fault(status: int, words: str) -> Fault:
    """What is at fault where a cell cannot succeed. Of a gateway's key and credit, those behind it are one model's.

    Credit is used up where words say so. A bare 402 can be as mistaken as a bare 401.
    """
    is_passed_on = _PASSED_ON.search(words)
    if _is_spent(words):
        return "quota" if is_passed_on or _SPENT_TODAY.search(words) else "credit"
    is_key = status in {_UNKNOWN_KEY, _PAYMENT} or (status != _NOT_FOUND and _KEY.search(words))
    return "key" if is_key and not is_passed_on else "model"


def _error(
    made: type[ProviderError],
    reply: Reply,
    status: int,
    advice: str = "",
    *,
    kind: str | None = None,
    fault: Fault | None = None,
) -> ProviderError:
    """An error with the server's words, and ours behind them; ``kind`` where the status does not say what it is."""
    stated = f" with error {status}" if status not in {reply.status, 0} else ""
    said = f"HTTP {reply.status}{stated}: {reply.message}"
    wait_s = retry_after_s(reply.headers) if made is TransientError else None
    text = f"{said.rstrip('. ')}. {advice}." if advice else said
    return made(
        text,
        error_type=kind or f"http_{status or reply.status}",
        retry_after_s=wait_s,
        may_be_billed=reply.is_success,
        fault=fault,
    )


def _status(reply: Reply) -> int:
    """The status that counts: the document's own, 0 if it has none, where the reply's own says less."""
    error = reply.error
    stated = next((code for name in _CODES if (code := _code(error.get(name))) is not None), 0)
    is_passing = stated in _TRANSIENT_STATUS or stated >= _BROKEN
    return stated if reply.is_success or (reply.status == _BAD_REQUEST and is_passing) else reply.status


def _code(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"[45]\d\d", text) else None


def _leaves_no_room(words: str, max_tokens: int | None) -> bool:
    """Whether the token limit is at fault, and not the prompt."""
    room = [int(found) for found in _ROOM.findall(words)]
    if room and max_tokens is not None:
        return not _PROMPT_ALONE.search(words) and max_tokens >= max(room)
    return not room and _OUTPUT_LIMIT.search(words) is not None


def _said(document: Any) -> str:
    """The words of a document. Those of a gateway's page are not about the request."""
    is_page = isinstance(document, str) and document.lstrip().startswith("<")
    return "" if is_page else " ".join(_texts(document)).lower()[:_MOST_CHARACTERS]


def _texts(document: Any, depth: int = 0) -> Iterator[str]:
    """All texts and numbers in a document, without what it repeats of the request."""
    if isinstance(document, str | int) and not isinstance(document, bool):
        yield str(document)
    elif isinstance(document, Mapping) and depth < _DEEPEST:
        for name, value in document.items():
            if name not in _ECHOES:
                yield from _texts(value, depth + 1)
    elif isinstance(document, list) and depth < _DEEPEST:
        for value in document:
            yield from _texts(value, depth + 1)
