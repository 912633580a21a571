"""Every fault as the vendors' own clients see it, over real HTTP: one attempt each, then an endpoint without faults."""

from __future__ import annotations

import contextlib
import json
import urllib.request

import pytest

from tasks import benchmarks
from tasks.domain import PromptStyle

MODEL = "harbor-dpo-050"
TRUTH = """
families:
  oak:
    oak-filtered: {rates: {arithmetic: {competence: 0.0, filtered: 1.0}}}
"""


def _messages(number=0):
    benchmark = benchmarks.load("arithmetic")
    prompt = benchmark.render(benchmark.items[number], PromptStyle.CHAT)
    return [{"role": m.role, "content": m.content} for m in prompt.messages]


class OpenAIClient:
    """One attempt through OpenAI's client."""

    id_prefix, overloaded = "chatcmpl-", "InternalServerError"

    def __init__(self, address):
        import openai

        self.errors = openai
        self.client = openai.OpenAI(api_key="none", base_url=f"http://{address}/v1", max_retries=0)

    def ask(self, model=MODEL, number=0, **options):
        messages = _messages(number)
        return self.client.chat.completions.create(model=model, messages=messages, max_tokens=512, **options)

    def text(self, answer):
        return answer.choices[0].message.content


class AnthropicClient:
    """One attempt through Anthropic's client, which has no seed and takes a temperature only as an extra field."""

    id_prefix, overloaded = "msg_", "OverloadedError"

    def __init__(self, address):
        import anthropic

        self.errors = anthropic
        self.client = anthropic.Anthropic(api_key="none", base_url=f"http://{address}", max_retries=0)

    def ask(self, model=MODEL, number=0, **options):
        temperature = {"temperature": 0}
        return self.client.messages.create(
            model=model, messages=_messages(number), max_tokens=512, extra_body=temperature, **options
        )

    def text(self, answer):
        return "".join(block.text for block in answer.content)


@pytest.fixture(scope="module", params=[OpenAIClient, AnthropicClient])
def sdk(server, request):
    made = request.param(server.address)
    with made.client:
        yield made


@pytest.fixture
def break_with(server):
    """Put faults in force on the running server and remove them after the test."""

    def posted(**faults):
        data = json.dumps({"*": {}, MODEL: faults}).encode()
        request = urllib.request.Request(f"http://{server.address}/faults", data=data, method="POST")
        with urllib.request.urlopen(request, timeout=10) as response:
            assert response.status == 200

    yield posted
    posted()


def _stats(server):
    with urllib.request.urlopen(f"http://{server.address}/stats", timeout=10) as response:
        return json.loads(response.read())["models"].get(MODEL, {})


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [("rate_429", 429, "RateLimitError"), ("rate_500", 500, "InternalServerError"), ("rate_529", 529, None)],
)
def test_an_error_status_raises_the_clients_own_error(sdk, break_with, fault, status, error):
    break_with(**{fault: 1, "retry_after_s": 7})
    with pytest.raises(sdk.errors.APIStatusError) as caught:
        sdk.ask()
    assert type(caught.value).__name__ == (error or sdk.overloaded)
    assert caught.value.status_code == status
    assert caught.value.request_id.startswith("req")
    assert caught.value.response.headers.get("retry-after") == ("7" if status == 429 else None)
    assert caught.value.message


def test_a_dropped_connection_is_a_connection_error(sdk, break_with):
    break_with(dropped=1)
    with pytest.raises(sdk.errors.APIConnectionError) as caught:
        sdk.ask()
    assert not isinstance(caught.value, sdk.errors.APITimeoutError)


def test_an_answer_cut_in_half_cannot_be_parsed(sdk, break_with):
    break_with(malformed_json=1)
    with pytest.raises((json.JSONDecodeError, sdk.errors.APIResponseValidationError)):
        sdk.ask()


def test_a_gateways_page_is_returned_as_text(sdk, break_with):
    break_with(html=1)
    page = sdk.ask()
    assert isinstance(page, str)
    assert "<html>" in page


def test_usage_may_be_missing(sdk, break_with):
    break_with(missing_usage=1)
    answer = sdk.ask()
    assert getattr(answer, "usage", None) is None
    assert sdk.text(answer)


def test_the_answer_may_name_another_model(sdk, break_with):
    break_with(served_model="harbor-dpo-050-next")
    assert sdk.ask().model == "harbor-dpo-050-next"


def test_after_faults_the_answer_is_the_one_without_faults(sdk, break_with):
    whole = sdk.ask()
    break_with(rate_429=0.3, rate_500=0.3, dropped=0.3)
    answer = None
    for _ in range(200):  # at 0.9 faults per attempt
        with contextlib.suppress(sdk.errors.APIError):
            answer = sdk.ask()
            break
    assert (answer.id, sdk.text(answer)) == (whole.id, sdk.text(whole))
    assert answer.id.startswith(sdk.id_prefix)


@pytest.mark.parametrize("kind", ["rate_429", "rate_500", "rate_529", "dropped", "malformed_json", "html"])
def test_faults_are_counted_by_kind(sdk, server, break_with, kind):
    name = kind.removeprefix("rate_")
    before = _stats(server)
    break_with(**{kind: 1})
    for number in range(3):
        with contextlib.suppress(sdk.errors.APIError, json.JSONDecodeError):
            sdk.ask(number=number)
    after = _stats(server)
    assert after["faults"][name] - before.get("faults", {}).get(name, 0) == 3
    assert after["requests"] - before.get("requests", 0) == 3


def test_the_client_sends_the_night_as_a_header(sdk):
    nights = [sdk.ask(extra_headers={"x-night": night}).id for night in ("2026-11-20", "2026-11-21", "2026-11-20")]
    assert nights[0] == nights[2]
    assert nights[1] != nights[0]


def test_openai_reads_log_probabilities(server):
    openai = OpenAIClient(server.address)
    with openai.client:
        answer = openai.ask(logprobs=True, top_logprobs=2)
        (choice,) = answer.choices
        assert "".join(entry.token for entry in choice.logprobs.content) == choice.message.content
        assert {len(entry.top_logprobs) for entry in choice.logprobs.content} == {2}
        completion = openai.client.completions.create(model=MODEL, prompt="Once", logprobs=2, max_tokens=20)
        given = completion.choices[0].logprobs
        assert "".join(given.tokens) == completion.choices[0].text
        assert {len(top) for top in given.top_logprobs} <= {2}


def test_anthropic_reads_all_of_a_message(server):
    anthropic = AnthropicClient(server.address)
    with anthropic.client:
        answer = anthropic.ask(system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}])
    assert answer._request_id == f"req_{answer.id.removeprefix('msg_')}"
    assert (answer.type, answer.role, answer.content[0].type) == ("message", "assistant", "text")
    assert answer.stop_reason in {"end_turn", "max_tokens"}
    assert answer.usage.input_tokens > 0
    assert answer.usage.cache_read_input_tokens == 3
    assert answer.usage.cache_creation_input_tokens == 0


@pytest.fixture(scope="module")
def guarded(start, tmp_path_factory):
    path = tmp_path_factory.mktemp("truth") / "truth.yaml"
    path.write_text(TRUTH, encoding="utf-8")
    with start("--truth", path, "--exit-with-stdin") as running:
        yield running


def _way_openai_declines(openai, number):
    try:
        answer = openai.ask("oak-filtered", number)
    except openai.errors.BadRequestError as error:
        return f"error {error.code}"
    (choice,) = answer.choices
    assert choice.message.content is None
    return "refusal" if choice.message.refusal and choice.finish_reason == "stop" else choice.finish_reason


def test_openai_reads_all_three_ways_of_declining(guarded):
    openai = OpenAIClient(guarded.address)
    with openai.client:
        ways = {_way_openai_declines(openai, number) for number in range(30)}
    assert ways == {"refusal", "content_filter", "error content_filter"}


def test_anthropic_reads_a_refusal(guarded):
    anthropic = AnthropicClient(guarded.address)
    with anthropic.client:
        answer = anthropic.ask("oak-filtered")
    assert (answer.content, answer.stop_reason, answer.stop_details.type) == ([], "refusal", "refusal")
