"""Small writing jobs with instructions that a program can check: how long, which words, which form.

Citation: jobs and instructions written for this project. The idea of instructions that a program can check, where an
answer counts only if it keeps all of them, is from Zhou et al. 2023, IFEval, arXiv 2311.07911. Licence: Apache-2.0,
like the code.
Pitfalls: only the form is judged; a text about something else passes. ``target`` holds the instructions as JSON (see
``tasks.scorers.instructions``). Every combination can be kept: a test writes such a text for each item. The kind of the
first instruction is the cluster.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.benchmarks.draw import Draw, drawn_items
from tasks.domain import Benchmark, Dimension, Domain, Example
from tasks.identity import make_items

Said = tuple[str, Mapping[str, Any]]  # an instruction in words, and its parameters

_JOBS = (
    "Describe a walk through a forest in the rain.",
    "Explain why people like to sing together.",
    "Recommend a way to spend a free afternoon.",
    "Describe the smell of a bakery early in the morning.",
    "Explain how to make a simple vegetable soup.",
    "Invent a small museum and present it to visitors.",
    "Write a note to a neighbour about a lost umbrella.",
    "Explain what a friend is to someone from another planet.",
    "Describe a train journey along the coast.",
    "Write an advertisement for a second-hand bicycle.",
    "Tell how a shy dog finds a new home.",
    "Give advice to someone who has just moved to a new town.",
    "Describe what happens in a garden at night.",
    "Explain why it is useful to keep a diary.",
    "Write about the first day of spring in a village.",
    "Describe an old clock that always runs late.",
    "Explain how to wrap a present without tape.",
    "Write a short welcome for guests of a mountain hut.",
    "Tell what a lighthouse might think during a storm.",
    "Suggest how a class could celebrate its last day of school.",
)
_KEYWORDS = ("river", "lantern", "window", "market", "bridge", "letter", "garden", "stone", "morning", "winter")
_AVOIDED = ("very", "good", "nice", "because", "always", "really", "people", "time", "small", "also", "with", "there")
_OPENINGS = ("To begin with", "Let me tell you", "On a quiet day", "As far as I know", "Here is what I think")
_ENDINGS = ("That is all for today.", "This is where it ends.", "Now it is your turn.", "And so it goes on.")
_KEYS = ("name", "place", "reason", "season", "sound", "colour", "advice", "mood")


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of instruction: its group, in how many items it comes first, and how it is drawn.

    It is never combined with another one of its group, nor with the groups and kinds that ``excludes`` names.
    """

    kind: str
    group: str
    count: int
    draw: Callable[[Draw], Said]
    excludes: tuple[str, ...] = ()


def build() -> Benchmark:
    """Make the benchmark; every call gives an equal one."""
    return Benchmark(
        benchmark_id="instructions",
        title="Verifiable instructions",
        dimension=Dimension.INSTRUCTION_FOLLOWING,
        domain=Domain.CHAT,
        scorer="instructions",
        metric="strict_accuracy",
        items=make_items(fields for template in TEMPLATES for fields in _items(template)),
        instruction="",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="kind of the first instruction",
        pitfalls="Only the form is judged; a text about something else passes.",
        max_tokens=640,
        verified="own",
    )


def _items(template: Template) -> list[dict[str, Any]]:
    draw = Draw(f"instructions/{template.kind}")
    return drawn_items(template.count, lambda: _item(draw, template), cluster=template.kind, subset=template.group)


def _item(draw: Draw, first: Template) -> tuple[str, str]:
    """One job with the first instruction and up to two others; all of them can be kept in one text."""
    chosen = [first]
    for _ in range(draw.between(0, 2)):
        others = [other for other in TEMPLATES if all(_agree(other, one) for one in chosen)]
        if others:
            chosen.append(draw.pick(others))
    drawn = [(template.kind, *template.draw(draw)) for template in chosen]
    question = " ".join([draw.pick(_JOBS), *(said for _, said, _ in drawn)])
    instructions = [{"kind": kind, **parameters} for kind, _, parameters in drawn]
    return question, json.dumps(instructions, ensure_ascii=False)


def _agree(one: Template, other: Template) -> bool:
    def is_excluded(who: Template, by: Template) -> bool:
        return who.kind in by.excludes or who.group in by.excludes

    return one.group != other.group and not is_excluded(one, other) and not is_excluded(other, one)


def _words(draw: Draw) -> Said:
    low = draw.between(6, 12) * 5
    relation, number = draw.pick((("at least", low), ("at most", low + draw.between(4, 8) * 5)))
    return f"Use {relation} {number} words.", {"num_words": number, "relation": relation}


def _exactly(said: str, number: str, low: int, high: int) -> Callable[[Draw], Said]:
    def drawn(draw: Draw) -> Said:
        count = draw.between(low, high)
        return said.format(count=count), {number: count}

    return drawn


def _related(said: str, number: str, low: int, high: int) -> Callable[[Draw], Said]:
    exactly = _exactly(said, number, low, high)

    def drawn(draw: Draw) -> Said:
        sentence, parameters = exactly(draw)
        return sentence, {**parameters, "relation": "exactly"}

    return drawn


def _keyword(draw: Draw) -> Said:
    word, count = draw.pick(_KEYWORDS), draw.between(2, 4)
    relation = draw.pick(("at least", "exactly"))
    return (
        f'Use the word "{word}" {relation} {count} times.',
        {"keyword": word, "frequency": count, "relation": relation},
    )


def _without(draw: Draw) -> Said:
    first, second = draw.some(_AVOIDED, 2)
    return f'Do not use the words "{first}" and "{second}".', {"forbidden_words": [first, second]}


def _first_words(draw: Draw) -> Said:
    text = draw.pick(_OPENINGS)
    return f'Begin your answer with the words "{text}".', {"text": text}


def _end_phrase(draw: Draw) -> Said:
    text = draw.pick(_ENDINGS)
    return f'End your answer with this sentence and nothing after it: "{text}"', {"end_phrase": text}


def _json_keys(draw: Draw) -> Said:
    keys = draw.some(_KEYS, draw.between(2, 4))
    listed = f"{', '.join(map(_quoted, keys[:-1]))} and {_quoted(keys[-1])}"
    return f"Answer with one JSON object, and nothing else, that has exactly the keys {listed}.", {"keys": keys}


def _quoted(text: str) -> str:
    return f'"{text}"'


def _plainly(said: str) -> Callable[[Draw], Said]:
    return lambda _: (said, {})


TEMPLATES = (
    Template("length_constraints:number_words", "length", 12, _words, ("form:json_keys",)),
    Template(
        "length_constraints:number_sentences",
        "structure",
        10,
        _related("Write exactly {count} sentences.", "num_sentences", 3, 6),
        ("frame",),
    ),
    Template(
        "length_constraints:number_paragraphs",
        "structure",
        8,
        _exactly(
            "Write exactly {count} paragraphs, with a line of three asterisks (***) between them.",
            "num_paragraphs",
            2,
            4,
        ),
        ("frame",),
    ),
    Template(
        "form:number_lines", "structure", 8, _related("Write exactly {count} lines.", "num_lines", 3, 6), ("frame",)
    ),
    Template(
        "detectable_format:number_bullet_lists",
        "structure",
        10,
        _exactly(
            'Answer with exactly {count} bullet points, each on its own line and beginning with "- ".',
            "num_bullets",
            3,
            6,
        ),
        ("frame",),
    ),
    Template(
        "form:numbered_list",
        "structure",
        9,
        _related('Answer with a list of exactly {count} lines, numbered "1.", "2." and so on.', "num_lines", 3, 6),
        ("frame", "form:no_digits"),
    ),
    Template(
        "form:json_keys",
        "structure",
        10,
        _json_keys,
        ("frame", "length", "keywords:frequency", "form:upper_case", "punctuation:no_comma"),
    ),
    Template("keywords:frequency", "vocabulary", 12, _keyword),
    Template("keywords:forbidden_words", "vocabulary", 9, _without, ("form:first_words", "startend:end_checker")),
    Template("form:first_words", "frame", 8, _first_words),
    Template("startend:end_checker", "frame", 9, _end_phrase),
    Template(
        "detectable_format:title",
        "frame",
        8,
        _plainly("Put a title in double angular brackets alone on the first line, like <<Title>>."),
    ),
    Template("startend:quotation", "frame", 8, _plainly("Put your whole answer in double quotation marks.")),
    Template(
        "form:lower_case", "case", 10, _plainly("Write everything in lower case, without a single capital letter.")
    ),
    Template("form:upper_case", "case", 8, _plainly("Write everything in capital letters.")),
    Template("punctuation:no_comma", "marks", 10, _plainly("Do not use any commas.")),
    Template("form:no_digits", "marks", 8, _plainly("Do not use any digits.")),
)

_EXAMPLES = (
    Example(
        "Describe a cup of tea. Write exactly 2 sentences. Do not use any commas.",
        "The cup is warm and smells of mint. A thin cloud of steam rises from it.",
    ),
    Example(
        'Say why maps are useful. Use the word "road" exactly 2 times.',
        "A map shows which road leads home, and which road only looks as if it did.",
    ),
    Example(
        'Name things to take to the beach. Answer with exactly 3 bullet points, each beginning with "- ".',
        "- A towel to lie on\n- A hat against the sun\n- A bottle of water",
    ),
)
