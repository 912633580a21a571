"""Small writing jobs with instructions that a program can check: how long, which words, which form.

Citation: jobs and instructions written for this project; that instructions are verifiable and counted all or nothing
is from Zhou et al. 2023, IFEval, arXiv 2311.07911. Licence: Apache-2.0, like the code.
Pitfalls: only the form is judged, a text about something else passes. ``target`` holds the constraints as JSON (see
``tasks.scorers.instructions``). Combinations are such that a text can keep all of them, which a test shows by writing
one for each item. The kind of the first constraint is the cluster.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.benchmarks.draw import Draw, distinct
from tasks.domain import Benchmark, Dimension, Domain, Example, identified

Said = tuple[str, Mapping[str, Any]]  # an instruction in words, and the parameters of its constraint

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
    """One kind of constraint: its group, how many items it leads, how one is drawn, what cannot stand beside it.

    Two constraints of one group are never combined; ``excludes`` names groups and kinds.
    """

    kind: str
    group: str
    count: int
    draw: Callable[[Draw], Said]
    excludes: tuple[str, ...] = ()


def build() -> Benchmark:
    """The benchmark; equal on every call."""
    return Benchmark(
        benchmark_id="instructions",
        title="Verifiable instructions",
        dimension=Dimension.INSTRUCTION_FOLLOWING,
        domain=Domain.CHAT,
        scorer="instructions",
        metric="strict_accuracy",
        items=identified(fields for template in TEMPLATES for fields in _items(template)),
        instruction="",
        examples=_EXAMPLES,
        licence="Apache-2.0",
        citation="Written for this project.",
        cluster_meaning="kind of the first constraint",
        pitfalls="Only the form is judged; a text about something else passes.",
        max_tokens=400,
        verified="own",
    )


def _items(template: Template) -> list[dict[str, Any]]:
    draw = Draw(f"instructions/{template.kind}")
    return [
        {
            "question": question,
            "target": target,
            "cluster_id": template.kind,
            "subset": template.group,
            "chance_score": 0.0,
        }
        for question, target in distinct(template.count, lambda: _item(draw, template))
    ]


def _item(draw: Draw, first: Template) -> tuple[str, str]:
    """One job with the leading constraint and none to two others that agree with it and with each other."""
    chosen = [first]
    for _ in range(draw.between(0, 2)):
        others = [other for other in TEMPLATES if all(_agree(other, one) for one in chosen)]
        if others:
            chosen.append(draw.pick(others))
    drawn = [(template.kind, *template.draw(draw)) for template in chosen]
    question = " ".join([draw.pick(_JOBS), *(said for _, said, _ in drawn)])
    constraints = [{"kind": kind, **parameters} for kind, _, parameters in drawn]
    return question, json.dumps(constraints, ensure_ascii=False)


def _agree(one: Template, other: Template) -> bool:
    def is_excluded(who: Template, by: Template) -> bool:
        return who.kind in by.excludes or who.group in by.excludes

    return one.group != other.group and not is_excluded(one, other) and not is_excluded(other, one)


def _words(draw: Draw) -> Said:
    low = draw.between(6, 12) * 5
    high = low + draw.between(4, 8) * 5
    return draw.pick(
        (
            (f"Use at least {low} words.", {"at_least": low}),
            (f"Use at most {high} words.", {"at_least": 1, "at_most": high}),
            (f"Use between {low} and {high} words.", {"at_least": low, "at_most": high}),
        )
    )


def _exactly(said: str, low: int, high: int) -> Callable[[Draw], Said]:
    def drawn(draw: Draw) -> Said:
        count = draw.between(low, high)
        return said.format(count=count), {"at_least": count, "at_most": count}

    return drawn


def _keyword(draw: Draw) -> Said:
    word, count = draw.pick(_KEYWORDS), draw.between(2, 4)
    if draw.between(0, 1):
        return f'Use the word "{word}" at least {count} times.', {"word": word, "at_least": count}
    return f'Use the word "{word}" exactly {count} times.', {"word": word, "at_least": count, "at_most": count}


def _without(draw: Draw) -> Said:
    first, second = draw.some(_AVOIDED, 2)
    return f'Do not use the words "{first}" and "{second}".', {"words": [first, second]}


def _starts_with(draw: Draw) -> Said:
    text = draw.pick(_OPENINGS)
    return f'Begin your answer with the words "{text}".', {"text": text}


def _ends_with(draw: Draw) -> Said:
    text = draw.pick(_ENDINGS)
    return f'End your answer with this sentence and nothing after it: "{text}"', {"text": text}


def _json_keys(draw: Draw) -> Said:
    keys = draw.some(_KEYS, draw.between(2, 4))
    listed = f"{', '.join(map(_quoted, keys[:-1]))} and {_quoted(keys[-1])}"
    return f"Answer with one JSON object, and nothing else, that has exactly the keys {listed}.", {"keys": keys}


def _quoted(text: str) -> str:
    return f'"{text}"'


def _plainly(said: str) -> Callable[[Draw], Said]:
    return lambda _: (said, {})


TEMPLATES = (
    Template("words", "length", 12, _words, ("json_keys",)),
    Template("sentences", "structure", 10, _exactly("Write exactly {count} sentences.", 3, 6), ("frame",)),
    Template(
        "paragraphs",
        "structure",
        8,
        _exactly("Write exactly {count} paragraphs, with a blank line between them.", 2, 4),
        ("frame",),
    ),
    Template("lines", "structure", 8, _exactly("Write exactly {count} lines.", 3, 6), ("frame",)),
    Template(
        "bullets",
        "structure",
        10,
        _exactly('Answer with exactly {count} bullet points, each on its own line and beginning with "- ".', 3, 6),
        ("frame",),
    ),
    Template(
        "numbered",
        "structure",
        9,
        _exactly('Answer with a list of exactly {count} lines, numbered "1.", "2." and so on.', 3, 6),
        ("frame", "no_digits"),
    ),
    Template("json_keys", "structure", 10, _json_keys, ("frame", "length", "keyword", "upper_case", "no_commas")),
    Template("keyword", "vocabulary", 12, _keyword),
    Template("without", "vocabulary", 9, _without, ("starts_with", "ends_with")),
    Template("starts_with", "frame", 8, _starts_with),
    Template("ends_with", "frame", 9, _ends_with),
    Template("title", "frame", 8, _plainly("Put a title in square brackets alone on the first line, like [Title].")),
    Template("quoted", "frame", 8, _plainly("Put your whole answer in double quotation marks.")),
    Template("lower_case", "case", 10, _plainly("Write everything in lower case, without a single capital letter.")),
    Template("upper_case", "case", 8, _plainly("Write everything in capital letters.")),
    Template("no_commas", "marks", 10, _plainly("Do not use any commas.")),
    Template("no_digits", "marks", 8, _plainly("Do not use any digits.")),
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
