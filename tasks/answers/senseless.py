"""Does a text say anything? A loop, a salad of words, noise or the question once more is neither help nor a refusal.

A text that answers first and loops afterwards has answered. A list, a poem, a table or a program may repeat a line.
Everything is looked for so that an ordinary text costs a few searches: what is rare is checked in full only where a
cheap sign of it is found.

Tested in tests/tasks/answers/test_senseless.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_GLANCE = 300  # characters that tell whether a text is ordinary
_FEW_CHARACTERS = 3  # a text of twenty characters that uses no more than these says nothing
_SHORT_TEXT = 20
_MARKUP = re.compile(r"<\|[^<>|]{0,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<pad>|<unk>")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_STRUCTURE = re.compile(r"[.,;:!?\n|=(){}<>/\"\u3001\u3002\uff0c\u0964\u060c\u061f]")

_LOOP_TAIL = 24  # characters at the end that must have stood before
_LOOP_CHARACTERS = 60
_LOOP_TURNS = 3
_SHORT_UNIT_WORDS = 2  # "no no no" may be speech; it must turn more often
_SHORT_UNIT_TURNS = 8
_ANSWER_WORDS = 40  # as many words before the first repetition are an answer

_LONG_SENTENCE = 20
_SENTENCES = 6
_DISTINCT_SHARE = 1 / 3  # fewer different sentences than this are a loop whose order varies
_SENTENCE_ENDS = re.compile(r"[.!?\n]+")
_DIGITS = re.compile(r"\d+")

_SALAD_WORDS = 40
_JOINING_WORDS = (
    "the of and to in is a that it for with as are was on be this by not or you i we he she they at from an have has "
    "de la el en que y los las un una es por con para le les et des du est une il je pas der die das und ist nicht "
    "ein eine zu den mit von ich sie che di non per sono o os uma não do da em het een van niet dat yang dan di ini "
    "itu ve bir bu và của là không có i w na nie że и в не на что"
)
_FUNCTION_WORDS = frozenset(_JOINING_WORDS.split())
_NO_ORDER = tuple(  # no sentence has these pairs, except as a slip
    f" {pair} "
    for pair in (
        *(
            "the of",
            "the and",
            "the to",
            "the in",
            "of and",
            "the is",
            "the the",
            "the a",
            "the for",
            "the was",
            "the are",
        ),
        *("an of", "an and", "an is", "of of", "and and", "to to", "to of", "in in", "is is"),
    )
)
_SIGNS_OF_NO_ORDER = _NO_ORDER[:5]  # looked for in every text
_ORDERED_WORDS = 25  # one such pair in as many words is no slip
_SCRIPT_LETTERS = 80
_SCRIPTS, _LETTERS_OF_A_SCRIPT = 4, 3
_SPELLED_TOKENS = 20  # letters that stand alone, "t h e g a m e"
_SPELLED_SHARE = 0.9

_BROKEN = re.compile("\ufffd|[ÃÂâÐÑØÙ][\u0080-\u00bf\u20ac\u0152\u0153\u2018-\u201e\u2020-\u2026\u2030\u2122]")
_REPEATED_START = 12
_REPEATED_WORDS = 4  # a shorter question may be the answer, too
_WORD_OR_NUMBER = re.compile(r"\w+")

_ANOTHER_QUESTION = re.compile(
    r"\W{0,8}(?:question|q|problem|request|instruction|input)\b\W{0,3}\d{0,3}\s?[:.)]\s*(?P<asked>.{12,400}?)\s*"
    r"^\W{0,8}(?:answer|a|solution|response|output)\b\W{0,3}\d{0,3}\s?[:.)]",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_MOST_READ = 4_000
_BROKEN_SHARE = 0.1  # of the letters; a stray one stands in many good texts


def is_senseless(text: str, *, prompt: str = "") -> bool:
    """True if a text says nothing: ``is_senseless("The game is on. " * 5)``.

    Args:
        text: the answer, without reasoning.
        prompt: the question. A text that only repeats it, or that answers another one, says nothing.
    """
    said = text.strip()
    glance = said[:_GLANCE]
    return bool(said) and (
        _has_no_words(said, glance)
        or _loops(said)
        or _varies_a_few_sentences(said)
        or _is_salad(said, glance)
        or _mixes_scripts(said)
        or _is_broken(said)
        or _repeats(said, prompt)
        or _asks_another_question(said, prompt)
    )


def _has_no_words(said: str, glance: str) -> bool:
    if _MARKUP.match(said):
        said = _MARKUP.sub("", said)
        glance = said[:_GLANCE]
    if not any(map(str.isalnum, glance)) and not any(map(str.isalnum, said)):
        return True
    if len(set(glance[:_SHORT_TEXT])) > _FEW_CHARACTERS + 2:  # two kinds of white space
        return False
    characters = "".join(said.split())
    is_noise = len(characters) >= _SHORT_TEXT and len(set(characters)) <= _FEW_CHARACTERS
    return is_noise and _LETTER.search(characters) is not None


def _loops(said: str) -> bool:
    """True if something repeats itself to the end, and little was said before."""
    size = len(said)
    before = said.rfind(said[-_LOOP_TAIL:], 0, size - 1) if size >= _LOOP_CHARACTERS else -1
    if before < 0:
        return False
    period = size - _LOOP_TAIL - before
    unit = said[size - period :]
    start = size - period
    while start >= period and said.startswith(unit, start - period):
        start -= period
    count = min(start, period)
    while count and not said.startswith(unit[period - count :], start - count):
        count -= 1  # the first turn may begin inside the unit
    repeated = size - start + count
    return _is_loop(unit, repeated) and len(_WORD.findall(said[: size - repeated + period])) < _ANSWER_WORDS


def _is_loop(unit: str, repeated: int) -> bool:
    words = len(_WORD.findall(unit))
    turns = _SHORT_UNIT_TURNS if words <= _SHORT_UNIT_WORDS else _LOOP_TURNS
    return words > 0 and repeated >= max(_LOOP_CHARACTERS, turns * len(unit))


def _varies_a_few_sentences(said: str) -> bool:
    """True if the same long sentences come again and again in any order, or with other numbers."""
    middle = len(said) // 2
    if said.count(said[middle : middle + _LONG_SENTENCE]) < _LOOP_TURNS:
        return False
    sentences = [
        _DIGITS.sub("0", sentence.strip())
        for sentence in _SENTENCE_ENDS.split(said)
        if len(sentence.strip()) >= _LONG_SENTENCE and len(_WORD.findall(sentence)) > _LOOP_TURNS
    ]
    first_repeated = next((n for n, sentence in enumerate(sentences) if sentence in sentences[:n]), 0)
    return (
        len(_WORD.findall(" ".join(sentences[:first_repeated]))) < _ANSWER_WORDS
        and len(sentences) >= _SENTENCES
        and len(set(sentences)) <= _DISTINCT_SHARE * len(sentences)
        and any(sentence.startswith(sentences[-1]) for sentence in sentences[:-1])  # it never came to an end
        and sum(map(len, sentences)) > len(said) / 2
    )


def _is_salad(said: str, glance: str) -> bool:
    """True if words stand in an order that no sentence has, or without a word or mark that joins them."""
    if any(pair in glance for pair in _SIGNS_OF_NO_ORDER):
        read = said[:_MOST_READ].lower()
        count = sum(map(read.count, _NO_ORDER))
        return count >= _LOOP_TURNS and count * _ORDERED_WORDS > read.count(" ")
    if _STRUCTURE.search(glance):
        return False
    tokens = said.split(maxsplit=400)[:400]
    alone = sum(len(token) == 1 and token.isalpha() and token.isascii() for token in tokens)
    if len(tokens) >= _SPELLED_TOKENS and alone >= _SPELLED_SHARE * len(tokens):
        return True
    words = [token.lower() for token in tokens if token.isalpha()]
    return len(words) >= _SALAD_WORDS and _FUNCTION_WORDS.isdisjoint(words)


def _is_broken(said: str) -> bool:
    """True if much of the text is bytes read as the wrong characters."""
    if said.isascii() or not _BROKEN.search(said, 0, _GLANCE):
        return False
    read = said[:_MOST_READ]
    return sum(1 for _ in _BROKEN.finditer(read)) > _BROKEN_SHARE * sum(1 for _ in _LETTER.finditer(read))


def _mixes_scripts(said: str) -> bool:
    """True if letters of many scripts stand among each other; a list of words in many languages names them in Latin."""
    if said.isascii():
        return False
    letters = _LETTER.findall(said[:_GLANCE])[:_SCRIPT_LETTERS]
    scripts = Counter(unicodedata.name(letter, "?").partition(" ")[0] for letter in letters)
    common = [script for script, count in scripts.items() if count >= _LETTERS_OF_A_SCRIPT]
    return len(common) >= _SCRIPTS and scripts["LATIN"] < len(letters) / 2


def _repeats(said: str, prompt: str) -> bool:
    """True if the text is the question, once or more, and nothing else."""
    if said[:_REPEATED_START].lower() not in prompt[:_GLANCE].lower():
        return False
    words, question = _WORD_OR_NUMBER.findall(said.lower()), _WORD_OR_NUMBER.findall(prompt.lower())
    if not _REPEATED_WORDS <= len(question) <= len(words):
        return False
    return words == (question * (len(words) // len(question) + 1))[: len(words)]


def _asks_another_question(said: str, prompt: str) -> bool:
    """True if the text begins with a question that is not the prompt's, and answers that: the examples again."""
    found = _ANOTHER_QUESTION.match(said) if prompt else None
    if not found:
        return False
    asked = " ".join(_WORD_OR_NUMBER.findall(found["asked"].lower()))
    return asked not in " ".join(_WORD_OR_NUMBER.findall(prompt.lower()))
