# ruff: noqa: RUF001 - signs as models write them
"""How texts name an option, call it right, and rule it out. Compiled once for each number of options.

Tested in tests/tasks/scorers/test_choice_forms.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# A letter goes on as a word. Scripts that put no blanks between words do not count: "正解はCです".
_WORD = r"[^\W_\u0e00-\u0e7f\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_CLOSING = re.compile(r"[)\]}\"'”’」』】*_`$.]{0,4}+")
_OR = r"(?:and|or|and/or|und|oder|et|ou|y|o|e|en|of|и|или|和|或|或者|と|または|또는|و|أو|&|/|\+|,|、|，)"

_RIGHT_WORDS = (
    r"(?:correct|right|true|accurate|richtig|korrekt|correcte?|juste|vraie?|correct[oa]|verdader[oa]|corrett[oa]"
    r"|giust[oa]"
    r"|vero|vera|corret[oa]|cert[oa]|juist|goed|верн\w{1,3}|правильн\w{1,4})(?![A-Za-zÀ-ɏ])"
)
_RIGHT = re.compile(
    r"\s{0,3}(?:"
    r"(?:is|are|was|would be|should be|must be|has to be|seems|looks|appears|seems to be|appears to be|ist|est|es|è|é"
    r"|está)\s{1,3}"
    r"(?:(?:clearly|definitely|indeed|probably|likely|most likely|therefore|thus|also|the|only|most|die|la|le|a|o|het"
    r"|de|el|il)\s{1,3}){0,3}"
    rf"(?:{_RIGHT_WORDS}|better(?= than| here|[.,]|\Z)|best(?=\s{{0,2}}(?:[.,!]|\Z))|(?:best|bonne|richtige|juiste"
    rf"|correct|right|final)\s(?:answer|choice|option|match|fit"
    rf"|réponse|antwort"
    r"|antwoord)|(?:answer|antwort|réponse|respuesta|risposta|resposta)\b(?!\s{1,3}to\b))"
    rf"|(?:[:—–=→-]|(?<=[).]))\s{{0,3}}(?:{_RIGHT_WORDS}|yes(?![A-Za-z]))|[:—–=-]?\s{{0,3}}[✓✔✅☑]"
    rf"|это правильн|[—–-]\s{{0,2}}{_RIGHT_WORDS}|(?:верн|правильн)"
    r"|\s?(?:选项|項|项)?(?:是|为|為)?(?:唯一)?(?:正确|正確|对的|對的|正解|最佳)"
    r"|が?(?:正解|正しい)|[이가은는]?\s?(?:정답|맞)|\s?ه[وي] الصحيح|\s?هي? الإجابة|\s?صحيح"
    r"|it is(?=\s{0,3}(?:[.!]|\Z)))",
    re.IGNORECASE,
)
_WRONG_WORDS = (
    r"(?:wrong|incorrect|false|inaccurate|invalid|out|impossible|eliminated|excluded|ruled out|unlikely|irrelevant"
    r"|falsch|inkorrekt|fausse?|incorrecte?|incorrect[oa]|fals[oa]|errónea|sbagliat[oa]|errat[oa]|errad[oa]|fout"
    r"|onjuist"
    r"|неверн\w{1,3}|неправильн\w{1,4})(?![A-Za-zÀ-ɏ])"
)
_RULED_OUT_BEHIND = re.compile(
    r"\s{0,3}(?:"
    r"(?:is|are|was|seems|looks|would be|must be|ist|est|es|è|é|está|becomes)\s{1,3}(?:(?:clearly|also|definitely"
    r"|obviously|therefore"
    rf"|simply|just|thus|likely|probably)\s{{1,3}})?(?:{_WRONG_WORDS}|not\b|nicht\b|pas\b|niet\b|n['’]|no\b|"
    r"(?:an? |the )?(?:\w{1,12} )?(?:mistake|distractor|trap|error|decoy)\b)"
    r"|(?:isn|wasn|doesn|can|won|couldn|wouldn)['’]t\b|cannot\b|can not\b|does not\b|n['’]est\b|no es\b|non è\b|não é\b"
    r"|can be (?:ruled out|eliminated|excluded|discarded|dismissed|rejected)|fails\b"
    rf"|(?:[:—–=→-]|(?<=[).]))\s{{0,3}}(?:{_WRONG_WORDS}|no(?=\s{{0,3}}(?:[.,;\n]|\Z)))|[:—–=-]?\s{{0,3}}[✗✘❌×☒]"
    r"|(?:неверн|неправильн|не подход|не явля)|\s?(?:选项|項|项)?(?:是|为)?"
    r"(?:错|錯|不对|不對|不正确|不正確|不是|不符)|[はが]?(?:間違|誤り|違|不正解"
    r"|正しくな)"
    r"|[은는이가]?\s?(?:틀|아니|오답)|\s?خطأ|\s?خاطئ|\s?غير صحيح)",
    re.IGNORECASE,
)
_RULED_OUT_BEFORE = re.compile(
    r"(?:(?<![A-Za-zÀ-ɏ])(?:not|never|over|nor|neither|rather than|instead of|other than|unlike|except|than|versus"
    r"|rule(?:d|s)? out|ruling out|exclud(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|discard(?:ed|ing)?|reject(?:s|ed"
    r"|ing)?|dismiss(?:ed|ing)?"
    r"|(?:first|initially|originally) (?:thought|chose|picked|said|considered|guessed)|thought|tempted by"
    r"|confused with|mistaken for"
    r"|nicht|statt|anstatt|pas|plutôt que|au lieu de|no|en lugar de|en vez de|non|invece di|não|em vez de|niet"
    r"|in plaats van|не|вместо|кроме"
    r")|n['’]t(?: be)?|不是|并非|不选|不選|排除|而不是|而非|ليس(?:ت)?|بدلا من)"
    r"[ *_]{0,3}(?:(?:it|that|this|the|about|of|was|is|with|be|for|answer|option|choice|letter|la|le|el|die|lettre"
    r"|opción|вариант|选项)\s{1,3}){0,4}"
    r"[ (\[\"'“‘*_]{0,4}\Z",
    re.IGNORECASE,
)
_TAKING_BACK = re.compile(r"\b(?:wait|no|actually|but|however|hmm|sorry|oops)\b[^.\n]{0,40}\Z", re.IGNORECASE)
_JOINING = re.compile(
    rf"[)\]\"'*.]{{0,3}}\s{{0,3}}{_OR}\s{{0,3}}(?:(?:or|and|option|choice)\s)?[(\[\"'*]{{0,3}}", re.IGNORECASE
)
_MOST_LETTERS = 200  # of which it is read what is said about them
_BEFORE = 60  # characters in which a letter can be ruled out before it stands


@dataclass(frozen=True)
class ChoicePatterns:
    """The patterns for one number of options."""

    announced: re.Pattern[str]
    corrected: re.Pattern[str]
    second: re.Pattern[str]
    alone: re.Pattern[str]
    label: re.Pattern[str]
    opening: re.Pattern[str]
    line_start: re.Pattern[str]
    fallback: re.Pattern[str]
    standing: re.Pattern[str]


@cache
def choice_patterns(letters: str) -> ChoicePatterns:
    """The patterns for these letters. Every repeat is bounded or possessive."""
    upper, lower, both = f"[{letters}]", f"[{letters.lower()}]", f"[{letters}{letters.lower()}]"
    plain = letters.replace("I", "") or letters
    end = rf"(?!['’-]?{_WORD})"
    because = (
        r"[,;:—–-]?\s{0,2}(?:because|since|as|due to|given|weil|da|denn|car|parce|porque|ya que|perché|omdat|instead"
        r"|rather|not|and not|unlike|why|потому|так как|因为|因為|なぜなら)\b|です|입니다"
    )
    return ChoicePatterns(
        announced=re.compile(
            rf"({upper}){end}(?!(?<=I)\s++[a-z])|({lower})(?=\)|[.*_\"'`}}]{{0,3}}+[ \t]*+(?:\n|\Z|</|[}},]))"
        ),
        corrected=re.compile(
            rf"({upper}){end}(?=[)\]\"'*.]{{0,3}}+(?:[ \t]*+(?:\n|\Z)|[.!,;:)*。]|\s(?:is|because|since|as|not|over"
            rf"|instead"
            rf"|rather)\b"
            r"|\s?[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]))"
        ),
        second=re.compile(
            rf"[)\]\"'*.]{{0,3}}\s{{0,3}}{_OR}\s{{0,3}}(?:or |and |option |choice )?[(\[\"'*]{{0,3}}"
            rf"(?![AI]\s++[a-z]|A\)? is\b){upper}(?!\w)(?!\)?\s(?:is|was|would|being|ist|est|es|è|é)\b)",
        ),
        alone=re.compile(rf"[\W_]*+({both})(?![+#])[\W_]*+\Z"),
        label=re.compile(rf"[\W_]{{0,8}}+({upper})[\s(/,:—–-]{{1,5}}+"),
        opening=re.compile(
            rf"[\W_]{{0,8}}+(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter|OPTION)[\s*:(]{{1,4}}+|(?:选项|選項|选|選)[\s:(]{{0,4}}+)?"
            rf"(?:({upper})(?:[.)\]*\"'”’」』】](?!\w)|(?<!A):|[ \t]*+(?:\n|\Z)|\s?[—–-]\s|{because}|,\s)"
            rf"|({lower})[.)](?=\s))"
        ),
        line_start=re.compile(rf"^[ \t(*]{{0,4}}+({upper})[.):]", re.MULTILINE),
        fallback=re.compile(
            rf"\(({upper})\)|\*\*\(?({upper})\)?[.:]?\*\*|\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer)\s{{1,2}}({upper})\b"
            rf"|(?<![\w'’\-])([{plain}])[.)*\"'!。]{{0,3}}+[ \t]*+$",
            re.MULTILINE,
        ),
        standing=re.compile(rf"({upper})(?<!{_WORD}.)(?<!['’-].){end}"),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says about a letter where it stands: that it is right, that it is not, or neither (None).

    ``is_joined`` tells that it stands in an enumeration: "A or B".
    """

    letter: str
    at: int
    is_right: bool | None
    is_joined: bool


def said_about_letters(text: str, patterns: ChoicePatterns, begin: int = 0) -> list[Said]:
    """What is said about the last letters that stand alone. What is said about one of "A or B" is said about both."""
    groups: list[list[re.Match[str]]] = []
    is_open = False  # whether the last group goes on: "A, B and C" is a group, a letter behind it is none of it
    for match in list(patterns.standing.finditer(text, begin))[-_MOST_LETTERS:]:
        joining = _JOINING.fullmatch(text, groups[-1][-1].end(), match.start()) if groups else None
        if joining and is_open:
            groups[-1].append(match)
        else:
            groups.append([match])
        is_open = not joining or "," in joining[0]
    found = []
    for group in groups:
        start, end = group[0].start(), group[-1].end()
        is_right = False if is_ruled_out(text, start, end) else _said_behind(_RIGHT, text, end) or None
        found += [Said(match[1], match.start(), is_right, len(group) > 1) for match in group]
    return found


def is_ruled_out(text: str, start: int, end: int | None) -> bool:
    """Whether the words before a letter rule it out, or those behind its ``end``: "not B", "B is wrong"."""
    is_out_before = _RULED_OUT_BEFORE.search(text[max(0, start - _BEFORE) : start])
    return bool(is_out_before) or (end is not None and _said_behind(_RULED_OUT_BEHIND, text, end))


def _said_behind(words: re.Pattern[str], text: str, end: int) -> bool:
    """Whether the words stand behind a letter, or behind the marks that close it."""
    if words.match(text, end):
        return True
    closed = _CLOSING.match(text, end)
    return closed is not None and closed.end() > end and bool(words.match(text, closed.end()))


def takes_back(text: str, at: int) -> bool:
    """Whether the sentence before ``at`` begins by taking something back: "No, ", "But wait, "."""
    return bool(_TAKING_BACK.search(text[max(0, at - _BEFORE) : at]))
