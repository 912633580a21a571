"""Draft a configuration from the names of the models that a server lists. Pure; asks nobody.

A name often says what a model is: ``-Instruct``, ``-chat`` and ``-it`` were tuned to chat, and the model of the same
name without that word is what it was tuned from. Where the names leave it open, the draft asks the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# Words that a name is made of. Each decides only as a whole word.
_TUNED = frozenset(
    (
        "instruct",
        "chat",
        "it",
        "sft",
        "dpo",
        "ppo",
        "rlhf",
        "kto",
        "orpo",
        "simpo",
        "rlvr",
        "grpo",
        "assistant",
        "tuned",
    )
)
_BASE = frozenset(("base", "pt", "pretrain", "pretrained", "pretraining", "text", "foundation"))
_HOSTED_BASE = frozenset({"davinci-002", "babbage-002"})
# What cannot answer a question, by a word of its name or of the server's own word for its kind.
_OTHERS: Mapping[str, re.Pattern[str]] = {
    "reranking": re.compile(r"re-?rank"),
    "embedding": re.compile(r"embed|(?<![a-z])(?:bge|gte|e5|minilm|sentence|colbert|retriev\w*)(?![a-z])"),
    "audio": re.compile(
        r"whisper|(?<![a-z])(?:tts|stt|asr|audio|speech|voice|realtime|transcribe|transcription)(?![a-z])"
    ),
    "image": re.compile(
        r"dall-?e|diffusion|(?<![a-z])(?:image|images|imagen|sdxl|flux|sora|veo|video|clip|siglip|midjourney)(?![a-z])"
    ),
    "moderation": re.compile(
        r"moderation|llama-?guard|wild-?guard|(?<![a-z])guard(?:rail|ian)?s?(?![a-z])|shieldgemma|shieldlm"
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A configuration as text, and what was made of the names.

    Attributes:
        text: The YAML.
        count_models: How many models it asks.
        pairs: Which model is taken for the base of which, by their ids: aligned, base.
        left_out: Models that cannot answer a question, by their kind.
    """

    text: str
    count_models: int
    pairs: tuple[tuple[str, str], ...]
    left_out: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Named:
    """A model by its name: the words that it is made of, less those that say what was done to it."""

    name: str
    id: str
    is_tuned: bool
    is_base: bool
    root: tuple[str, ...]


def draft(
    provider: str, base_url: str | None, models: Iterable[tuple[str, str | None]], api_key_env: str | None = None
) -> Draft:
    """Draft a configuration for a server.

    Args:
        provider: Whose wire it speaks.
        base_url: Its address, None for the provider's own server.
        models: Each model's name, and the server's own word for its kind or None.
        api_key_env: The name of the variable that holds the key.
    """
    left_out: dict[str, tuple[str, ...]] = {}
    asked: dict[str, str | None] = {}
    for name, kind in models:
        if (other := _other_kind(name, kind)) is None:
            asked[name] = kind
        else:
            left_out[other] = (*left_out.get(other, ()), name)
    named = list(_named(asked))
    bases = _bases(named)
    entries = [_entry(model, bases, provider, asked[model.name]) for model in named]
    text = _HEAD.format(base_url=base_url or "null", provider=provider, key=_key_line(api_key_env))
    pairs = tuple((aligned, base) for aligned, base in bases.items())
    return Draft(f"{text}{''.join(entries)}{_TAIL}", len(named), pairs, left_out)


def _other_kind(name: str, kind: str | None) -> str | None:
    """What a model is, if it cannot answer a question; a name that says it holds also where the server says nothing."""
    for text in (kind or "", name):
        found = (other for other, pattern in _OTHERS.items() if pattern.search(text.lower()))
        if other := next(found, None):
            return other
    return None


def _named(names: Iterable[str]) -> Iterator[_Named]:
    taken: set[str] = set()
    for name in names:
        words = [word for word in re.split(r"[-_.:\s]+", name.rpartition("/")[2].lower()) if word]
        wanted = re.sub(r"[^A-Za-z0-9._:/@+=-]+", "-", name).strip("-._:/@+=")[:90] or "model"
        model_id = next(
            one for one in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if one not in taken
        )
        taken.add(model_id)
        root = tuple(word for word in words if word not in _TUNED | _BASE and word != "hf")
        is_base = bool(_BASE & set(words)) or name.lower() in _HOSTED_BASE
        yield _Named(name, model_id, not is_base and bool(_TUNED & set(words)), is_base, root)


def _bases(models: Sequence[_Named]) -> dict[str, str]:
    """The base of each model, by ids, where the names name exactly one."""
    groups: dict[tuple[str, ...], list[_Named]] = {}
    for model in models:
        groups.setdefault(model.root, []).append(model)
    found: dict[str, str] = {}
    for group in groups.values():
        stated = [model for model in group if model.is_base]
        plain = [model for model in group if not (model.is_base or model.is_tuned)]
        bases = stated or plain
        if len(bases) == 1 and len(group) > 1:
            found |= {model.id: bases[0].id for model in group if model is not bases[0]}
    return found


def _entry(model: _Named, bases: Mapping[str, str], provider: str, kind: str | None) -> str:
    """The lines of one model."""
    is_root = model.id in bases.values()
    is_base = provider == "openai" and (model.is_base or is_root or kind in {"language", "completion"})
    api = "messages" if provider == "anthropic" else "completions" if is_base else "chat"
    why = "it continues texts" if is_base else "it was tuned to chat"
    lines = [f"  - id: {_quoted(model.id)}", f"    model: {_quoted(model.name)}", f"    api: {api}"]
    if model.is_base or model.is_tuned:
        lines[-1] += f"  # guess from the name: {why}"
    elif model.id in {*bases, *bases.values()}:
        lines[-1] += f"  # guess from the name and those of the others: {why}"
    elif provider == "openai":
        lines[-1] += "  # guess: the name does not say whether it was tuned to chat (completions, if it was not)"
    if base := bases.get(model.id):
        lines.append(f"    base: {_quoted(base)}  # guess from the name: it was aligned from this one")
    elif not is_base:
        lines.append("    # base:  # the id of the model that it was aligned from; the tax is measured against it")
    return "\n".join(lines) + "\n\n"


def _quoted(text: str) -> str:
    """A text as YAML reads it back, whatever it holds."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9._/@+-]*", text) and text.lower() not in _YAML_WORDS:
        return text
    plain = (one if one.isprintable() and one not in '"\\' else f"\\U{ord(one):08x}" for one in text)
    return f'"{"".join(plain)}"'


def _key_line(api_key_env: str | None) -> str:
    if api_key_env:
        return f"  api_key_env: {api_key_env}        # the NAME of the variable, never the key\n"
    return (
        "  # api_key_env: OPENAI_API_KEY   # the NAME of the variable that holds the key, if the server asks for one\n"
    )


_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_HEAD = """\
# Drafted from the models that the server lists. Lines marked as a guess come from the models' names: check them.
# `aligntax doctor --ask` asks each model a few questions and says what to change; `aligntax plan` shows the cost.

model_defaults:
  provider: {provider}
  base_url: {base_url}
{key}  concurrency: 8                  # requests in flight
  # price: [{{from: 2026-01-01, input_usd_per_million: 0.1, output_usd_per_million: 0.4}}]

# Remove the models that you do not want to ask.
models:
"""
_TAIL = """\
benchmarks:
  - {id: arithmetic, sample_size: 60}
  - {id: knowledge, sample_size: 60}
  - {id: borderline, sample_size: 60}   # harmless questions that look harmful: over-refusal
  - {id: harmful, sample_size: 60}      # what alignment is meant to stop
"""
