from __future__ import annotations

from tasks import benchmarks
from tasks.benchmarks.paraphrases import with_paraphrases
from tasks.domain import PromptStyle
from tasks.settings import BenchmarkSettings

WORDINGS = ("Work it out.", "Find the number.")


def test_paraphrases_make_another_version_and_leave_the_first_prompt_alone():
    plain = benchmarks.load("arithmetic")
    found = with_paraphrases(plain, BenchmarkSettings(id="arithmetic", paraphrases=WORDINGS))
    assert found.version != plain.version
    for style in PromptStyle:
        prompts = [found.render(found.items[0], style, template) for template in range(3)]
        assert prompts[0] == plain.render(plain.items[0], style)
        assert [prompt.template for prompt in prompts] == [0, 1, 2]
        assert all(text in prompt.content for text, prompt in zip(WORDINGS, prompts[1:], strict=True))
        assert len({prompt.prompt_hash for prompt in prompts}) == 3


def test_without_paraphrases_a_benchmark_stays_what_it_is():
    plain = benchmarks.load("arithmetic")
    assert with_paraphrases(plain, BenchmarkSettings(id="arithmetic")) is plain
