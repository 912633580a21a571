"""Where an answer ends: at the first stop string, or where the model ended its turn.

A server may ignore stop strings, or take fewer than a benchmark has, so they are applied to every text here. A model
that is served without its chat template writes the markers of turns into its answer. They end it, too. A marker behind
a quotation mark or a backtick is quoted and ends nothing. A line that begins with "Human:" or "### Instruction:" ends
an answer, too, unless it belongs to a dialogue that the model was asked to write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache

# The markers of the common chat templates.
_ROLE = r"(?:assistant|model|bot|ai)"
_OPENING = re.compile(
    rf"\s*+(?:<s>|<bos>|<\|(?:begin_of_text|startoftext)\|>|<｜begin▁of▁sentence｜>"  # noqa: RUF001 - DeepSeek's bars
    rf"|<\|(?:im_start|start)\|>{_ROLE}\b(?:<\|message\|>)?|<(?:start_of_turn>|\|turn>){_ROLE}\b"
    rf"|<\|start_header_id\|>{_ROLE}<\|end_header_id\|>|<\|{_ROLE}\|>|<｜Assistant｜>"  # noqa: RUF001
    r"|<\|START_OF_TURN_TOKEN\|><\|CHATBOT_TOKEN\|>|\[/INST\])",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[<\[]")  # what a marker begins with; to look for it first is faster
_TURN = re.compile(
    r"(?<![`'\"“‘])(?:<\|(?:im_end|im_start|endoftext|end_of_text|eot_id|eom_id|end|return|call|end_of_turn|eos|start"  # noqa: RUF001
    r"|start_header_id|user|system|assistant|END_OF_TURN_TOKEN|START_OF_TURN_TOKEN)\|>|<\|turn>"
    r"|<(?:end_of_turn|start_of_turn|eos|turn\|)>|<｜(?:end▁of▁sentence|User|Assistant)｜>|\[INST\]|</s>)"  # noqa: RUF001
)
# Vicuna's, Alpaca's and Anthropic's older templates name the speaker in plain words.
_SPEAKER = re.compile(
    r"(?:^|\n)[ \t]*(?P<label>Human|HUMAN|###[ ]?(?:Human|User|Instruction|Assistant|Response)"
    r"|(?:(?<=\n\n)|^)(?:User|USER|Assistant|ASSISTANT))[ ]?:(?=\s|$)"
)
_ANSWERS = ("assistant", "response")
_PREAMBLE = "below is an instruction"  # of Alpaca's template: a prompt that is repeated before the answer
_NAMED_LINE = re.compile(r"^[ \t]*([A-Z]\w{0,19})[ ]?:", re.MULTILINE)
_NO_SPEAKERS = {"A", "Answer", "Explanation", "Q", "Question", "Solution"}


def opened(text: str) -> str:
    """A text without the markers that open a turn."""
    begin = 0
    while marker := _OPENING.match(text, begin):
        begin = marker.end()
    speaker = _SPEAKER.match(text, begin)
    if speaker and speaker["label"].lower().endswith(_ANSWERS):
        return text[speaker.end() :].lstrip()
    return text[begin:].lstrip("\n") if begin else text


def cut_at_turns(text: str) -> str:
    """A text up to the first marker that ends a turn or begins another one."""
    for sign in _SIGN.finditer(text):
        marker = _TURN.match(text, sign.start())
        if marker and (marker[0] != "</s>" or text.find("<s>", 0, marker.start()) < 0):
            return _cut_at_speakers(text[: marker.start()])
    return _cut_at_speakers(text)


def _cut_at_speakers(text: str) -> str:
    """A text up to the line with which another turn begins in plain words."""
    speaker = _SPEAKER.search(text)
    said = text[: speaker.start()].rstrip() if speaker else ""
    if not said or said.endswith((":", "：")) or said.lower().startswith(_PREAMBLE):  # noqa: RUF001 - Chinese colon
        return text
    speakers = set(_NAMED_LINE.findall(said)) - _NO_SPEAKERS
    is_dialogue = bool(speakers & set(_NAMED_LINE.findall(text, len(said))))
    return text if is_dialogue else said


def cut_at_stop_strings(text: str, stop: Iterable[str]) -> str:
    """A text up to the first stop string in it."""
    return text[: min((at for string in stop if string and (at := text.find(string)) >= 0), default=len(text))]


@lru_cache(maxsize=1024)
def stop_strings_of(parameters_json: str | None) -> tuple[str, ...]:
    """The stop strings among effective parameters as they are landed."""
    parameters = json.loads(parameters_json or "{}")
    stop = parameters.get("stop") if isinstance(parameters, dict) else None
    listed = [stop] if isinstance(stop, str) else stop
    return tuple(string for string in listed if isinstance(string, str)) if isinstance(listed, list) else ()
