# ruff: noqa: RUF001 - signs as models write them
"""Where a text says that its answer follows: "the answer is", "Antwort:", "答案是", a tag, a box, a key of JSON.

The words are tables of nouns and verbs in the languages in which models are asked most. Every noun may stand with every
verb. To teach a language, add its words and raise the versions of the scorers that read them.

Tested in tests/tasks/scorers/test_choice_forms.py and test_number_forms.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

# What an answer is called, in lower case, by language. A text without one of these words has no announcement.
ANSWER_WORDS = {
    "en": ("answer",), "de": ("antwort",), "fr": ("réponse", "reponse"), "es": ("respuesta",), "it": ("risposta",),
    "pt": ("resposta",), "nl": ("antwoord",), "ru": ("ответ",), "pl": ("odpowiedź",), "tr": ("cevap",),
    "vi": ("đáp án",), "id": ("jawaban",), "hi": ("उत्तर",), "zh": ("答",), "ja": ("正解", "解答"), "ko": ("정답", "답"),
    "ar": ("الإجابة", "الاجابة", "إجابة", "الجواب"),
}  # fmt: skip
ANSWER_NOUNS = tuple(word for words in ANSWER_WORDS.values() for word in words)
CHOICE_NOUNS = (
    "option", "choice", "letter", "alternative", "selection", "pick", "label", "verdict", "buchstabe", "choix",
    "lettre", "opción", "opcion", "alternativa", "elección", "letra", "opzione", "scelta", "lettera", "opção",
    "escolha", "optie", "keuze", "letter", "вариант", "буква", "选项", "選項", "選択肢", "선택지", "보기", "الخيار",
    "الاختيار", "الحرف",
)  # fmt: skip
# How a model says that it chooses. The letter follows at once.
CHOICE_VERBS = (
    "choose", "pick", "select", "go with", "going with", "wähle", "choisis", "elijo", "escojo", "scelgo", "escolho",
    "kies", "выбираю", "选择", "選擇", "故选", "故選", "应选", "應選", "选", "選",
    "认为是", "認為是", "正确的是", "正確的是",
    "应该是", "أختار",
)  # fmt: skip
# How a model takes back what it said. The new answer follows.
CORRECTIONS = (
    "actually", "wait", "correction", "corrected", "sorry", "oops", "scratch that", "on second thought", "i mean",
    "make that", "no,", "no:", "no.", "no -", "no –", "no —", "hmm", "nein", "moment", "korrektur", "eigentlich",
    "en fait", "non,", "attendez", "en realidad", "espera", "in realtà", "aspetta", "na verdade", "eigenlijk", "wacht",
    "нет,", "на самом деле", "подождите", "不对", "等等", "其实", "实际上", "いや", "実は", "待って", "아니", "사실",
    "في الواقع", "لا،", "عفوا",
)  # fmt: skip

MOST_HEADS = 200  # announcements of a text that are looked at, from the last; bounds the time
_TAIL = 512  # characters that are looked at first: most answers are announced at the end
_LETTER = "A-Za-zÀ-ɏ"
_WORD_END = rf"(?:(?<![{_LETTER}])|(?![{_LETTER}]))"
_ADJECTIVE = (
    r"(?:[\s_]{0,2}(?:\((?:s|e|es|final)\)|(?:option|choice|letter|key|index|value|number|text|correct[aeo]?"
    r"|corret[ao]|corretta|right"
    r"|final[e]?|exacte?|exacta|juste|certa|certo|die richtig ist|الصحيحة|الصحيح|النهائية)"
    rf"(?![{_LETTER}])|选项|項|项|番号|案|え|の番号)){{0,3}}+"
)
_VERB = (
    r"(?:['’]s\b|[\s*_\"'`”’」』\])]{0,5}+(?:(?:(?:is|are|was|would be|should be|must be|will be|has to be|seems to be"
    r"|appears to be"
    r"|can only be|becomes|equals|ist|lautet|wäre|war|beträgt|est|serait|es|sería|è|sarebbe|é|seria|luidt|это"
    r"|является|to jest"
    rf"|là|adalah)(?![{_LETTER}])|هي|هو|应该是|應該是|应为|應為|是|为|為|应选|應選|选|選|は|が|은|는|이"
    r"|[:：=＝→⇒]|[-=]{1,2}>|[—–](?=\s)|-(?=\s))"
    r"[\s*_\"'`]{0,4}+[:：]?)"
    r"|(?<=[案解答])\s?(?=[A-Z](?![A-Za-z]))"
    r"|\s{1,3}to [^.\n]{0,80}? is\b)"
)
_MARK = re.compile(
    r"\\f?box(?:ed)?\s?\{"
    r"|<(?:final[_ ]?)?(?:answer|ans|choice|option|final|solution|result|output|response|letter|number)>"
    r"|\[(?:final[_ ]?)?(?:answer|ans|final)\](?!\()"
    r"|(?:<<<|\[\[)(?=[^<\[\]\n]{1,40}(?:>>>|\]\]))",
    re.IGNORECASE,
)
_MARK_SIGNS = ("\\box", "\\fbox", "<", "[")
_PRONOUN = (
    r"(?:(?:it|that|this|das|es|la respuesta)(?:['’]s| is| must be| should be| would be| has to be| ist| est| es)"
    r"|c['’]est|es(?=\s)|è(?=\s)|é(?=\s)|это(?=\s)|the (?:(?:correct|right|best|final) )?(?:answer|option"
    r"|choice) (?:is|should be|must be)|应该?是|是|は|는|هي)"
)


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


# Patterns behind which an answer must follow at once, each with the words that begin it.
CHOOSING = (
    re.compile(
        rf"(?<!not )(?<![{_LETTER}])(?:{_alternatives(CHOICE_VERBS)}){_WORD_END}[\s:：]{{0,3}}+",
        re.IGNORECASE,
    ),
    CHOICE_VERBS,
)
CORRECTING = (
    re.compile(
        rf"(?<![{_LETTER}])(?:{_alternatives(CORRECTIONS)}){_WORD_END}"
        rf"[\s,;:.!…，。、—–-]{{0,6}}+(?:no[,.]? )?(?:{_PRONOUN})?[\s:：]{{0,3}}+",
        re.IGNORECASE,
    ),
    CORRECTIONS,
)


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement from ``begin`` to ``end``. Behind a bare one ("Actually, ") the answer must follow at once."""

    begin: int
    end: int
    is_bare: bool


class Announcements:
    """The announcements of answers that go by certain nouns, and what else announces them.

    A word is looked for first, and the pattern is tried where it stands. That is faster than to try it everywhere.
    """

    def __init__(self, nouns: tuple[str, ...], bare: Iterable[tuple[re.Pattern[str], tuple[str, ...]]] = ()) -> None:
        noun = re.compile(
            rf"(?<![{_LETTER}])(?:{_alternatives(nouns)})(?:s|en|nya|e)?{_ADJECTIVE}{_VERB}", re.IGNORECASE
        )
        kinds = [(_MARK, False, _MARK_SIGNS), (noun, False, nouns)]
        kinds += [(pattern, True, words) for pattern, words in bare]
        self._words = [(word, pattern, is_bare) for pattern, is_bare, words in kinds for word in words]
        self._ascii_words = [found for found in self._words if found[0].isascii()]

    def from_last(self, text: str, lowered: str, begin: int = 0) -> Iterator[Announced]:
        """The announcements from the last to the first. ``lowered`` is the text in lower case, of the same length."""
        middle = max(begin, len(text) - _TAIL) if len(text) > 4 * _TAIL else begin
        for start, end in ((middle, len(text)), (begin, middle)):
            for at, pattern, is_bare in sorted(self._places(lowered, start, end), key=itemgetter(0), reverse=True):
                if match := pattern.match(text, at):
                    yield Announced(*match.span(), is_bare)

    def _places(self, lowered: str, begin: int, end: int) -> Iterator[tuple[int, re.Pattern[str], bool]]:
        """Where words begin from ``begin`` and before ``end``, with their patterns."""
        if begin == end:
            return
        for word, pattern, is_bare in self._ascii_words if lowered.isascii() else self._words:
            last = end + len(word) - 1
            at = lowered.find(word, begin, last)
            while at >= 0:
                yield at, pattern, is_bare
                at = lowered.find(word, at + 1, last)
