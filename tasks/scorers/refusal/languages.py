"""In which language is a text, and do the rules read it? Told by its letters, then by its commonest words.

A language is called unread only on good signs. A short text, a program or a table has none and counts as read.

Tested in tests/tasks/scorers/test_refusal.py.
"""

# ruff: noqa: RUF001 - letters of other languages are what is read
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

READ: Final = frozenset({"English", "German", "French", "Spanish", "Chinese"})

_LOOKED_AT = 600  # characters: enough to tell a language
_ENGLISH_ONLY = (" the ", " you ", " and ", " to ", " it ", " of ", " that ")
_SURELY_ENGLISH = 2  # as many of these words
_FEWEST_LETTERS = 5  # of another script: fewer may be a quoted name
_FEWEST_WORDS = 2  # different common words of a language; letters that stand alone are variables, too
_SHARE = 0.15  # of all words; in running text a third is common

_SCRIPTS: Final[Mapping[str, re.Pattern[str]]] = {  # Japanese first: it uses Chinese characters, too
    "Japanese": re.compile("[\u3040-\u30ff]"),
    "Chinese": re.compile("[\u4e00-\u9fff]"),
    "Korean": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "Russian or another in Cyrillic letters": re.compile("[\u0400-\u04ff]"),
    "Arabic, Persian or Urdu": re.compile("[\u0600-\u06ff]"),
    "Hebrew": re.compile("[\u0590-\u05ff]"),
    "Hindi or another of India": re.compile("[\u0900-\u0dff]"),
    "Thai, Lao, Burmese or Khmer": re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"),
    "Greek": re.compile("[\u0370-\u03ff]"),
    "Georgian, Armenian or Ethiopic": re.compile("[\u10a0-\u10ff\u0530-\u058f\u1200-\u137f]"),
}
_ENCODED = re.compile(r"(?=[^\n]*[a-z])(?=[^\n]*[A-Z])(?=[^\n]*\d)[A-Za-z0-9+/\n]{40,}={0,2}")  # Base64
_OTHER_LETTER = re.compile("[\u0370-\uffff]")
_LATIN_LETTER = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W\d_]+")

_COMMON_WORDS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "English": (
            "the of and to in is that it for with as are was on be this by not or you i we he they at from an "
            "have has can your my do what if will a no"
        ),
        "German": ("der die das und ist nicht ein eine zu den mit von ich sie es auf für im dem des wir auch als an"),
        "French": ("le la les et des du est une un il je pas que qui dans pour ce vous nous sur de en ne au aux avec"),
        "Spanish": "el la los las que y es en un una de se no por con para como del al lo su más pero o está son",
        "Italian": (
            "il lo gli che di è non per una un sono della del con come più questo anche mi si posso ma le alla"
        ),
        "Portuguese": ("o os as que não um uma de do da em para com por é você são mas como mais se no na seu ou isso"),
        "Dutch": (
            "de het een van niet dat en ik is op te zijn voor met je deze maar er kan om aan ook die wij naar "
            "spijt helpen"
        ),
        "Swedish, Danish or Norwegian": (
            "och att det som en är inte jag på med av för den til ikke og jeg er ett kan du tyvärr beklager "
            "hjälpa hjelpe"
        ),
        "Finnish": (
            "ja on ei että se en ole kuin mutta voin hän minä tämä jos sinun tai voi ovat joka valitettavasti "
            "auttaa tässä pyynnön pahoillani"
        ),
        "Polish": ("nie się jest że na to do jak ale w z czy tego może przez dla co są jego mogę przykro pomóc tym"),
        "Czech or Slovak": (
            "je se že na to není jako ale by který jsem pro ve za si tak aby nebo však omlouvám vám tím mohu "
            "nemohu prosím"
        ),
        "Hungarian": (
            "a az és nem hogy egy is van ez meg csak de mint ha el én vagy azt sajnálom ebben nem tudok segíteni kérem"
        ),
        "Romanian": (
            "și nu este că la cu pe un o să în din care de pentru mai sunt dar ce nici îmi pare rău pot ajuta"
        ),
        "Croatian, Serbian, Bosnian or Slovene": (
            "je da se na ne su za što kako ali sam nije od koji ili žao mi je mogu vam tim"
        ),
        "Turkish": (
            "bir ve bu için değil ne de da ile çok ben daha ama gibi olarak olan var yok kadar üzgünüm konuda "
            "yardımcı olamam bunu size"
        ),
        "Vietnamese": (
            "là và của không có được cho một tôi bạn các này với những trong để người khi về như xin lỗi thể giúp"
        ),
        "Indonesian or Malay": (
            "yang dan di ini itu untuk tidak dengan saya anda dari adalah pada akan bisa atau dalam ke kami dapat "
            "boleh maaf membantu permintaan"
        ),
        "Tagalog": "ang ng sa na mga ay hindi ako ko mo ito para at kung po ka may",
        "Swahili": "ya na wa kwa ni katika si hii kama la za cha mimi hiyo au",
        "Catalan": "el els les que és amb una per no del al són com més però aquest i",
    }.items()
}


def is_surely_english(text: str) -> bool:
    """True if words that only English has stand near the beginning; asked first, because it takes no time."""
    looked_at = text[:_LOOKED_AT]
    return sum(word in looked_at for word in _ENGLISH_ONLY) >= _SURELY_ENGLISH


def language_of(text: str) -> str | None:
    """The language of a text; None if that cannot be told: ``language_of("Não posso ajudar com isso, mas ...")``."""
    looked_at = text[:_LOOKED_AT].lower()
    if is_surely_english(looked_at):
        return "English"
    if not looked_at.isascii():
        count_other = len(_OTHER_LETTER.findall(looked_at))
        if count_other >= _FEWEST_LETTERS:
            counts = {script: len(letters.findall(looked_at)) for script, letters in _SCRIPTS.items()}
            if sum(counts.values()) > len(_LATIN_LETTER.findall(looked_at)):
                return "Japanese" if counts["Japanese"] else max(counts, key=lambda script: counts[script])
    words = [word for word in _WORD.findall(looked_at) if len(word) > 1]
    found = {language: [word for word in words if word in common] for language, common in _COMMON_WORDS.items()}
    best = max(found, key=lambda language: len(found[language]))
    is_enough = len(set(found[best])) >= _FEWEST_WORDS and len(found[best]) >= _SHARE * len(words)
    return best if is_enough else None


def is_unread(text: str) -> bool:
    """True if a text is encoded, or in a language that no rule reads, so that a refusal in it could not be seen."""
    return _ENCODED.fullmatch(text.strip()) is not None or (language_of(text) or "English") not in READ
