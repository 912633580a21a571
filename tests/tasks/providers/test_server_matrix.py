"""What each server says, and what it means: words for the end of a text, failures, and places of reasoning.

Every row names the public page, issue or pull request (repository#number) that shows it.
"""

from __future__ import annotations

from typing import Any

import pytest

from tasks.answers import Ending, ending_of
from tasks.answers.finish import is_broken_off
from tasks.errors import CellError, TerminalError, TransientError

STOP, LENGTH, FILTER, TOOLS, UNKNOWN = Ending
BROKEN_OFF = "broken off"

OPENAI = "docs.rs/openai-struct/latest/openai_struct/models/finish_reason/enum.FinishReason.html"
ANTHROPIC = "platform.claude.com/docs/build-with-claude/handling-stop-reasons"
MISTRAL = "docs.rs/crate/mistral-openapi-client/latest/source/src/models/chat_completion_choice.rs"
GOOGLE = "docs.cloud.google.com/python/docs/reference/vertexai/latest/vertexai.preview.generative_models.FinishReason"
COHERE = "docs.oracle.com (Oci.GenerativeaiinferenceService.Models.CohereChatResponse.FinishReasonEnum)"
DEEPSEEK = "docs.rs/crate/ds-api/latest/source/src/raw/response/non_streaming/finish_reason.rs"
WATSONX = "ibm.github.io/watsonx-ai-node-sdk/enums/0_1_x.WatsonXAI.TextGenResult.Constants.StopReason.html"
STRANDS = "strandsagents.com/docs/api/typescript/StopReason"
GEMINI_EX = "hexdocs.pm/gemini_ex/Gemini.Types.Enums.FinishReason.html"
LITELLM = "BerriAI/litellm: litellm/litellm_core_utils/core_helpers.py"

WORDS = [
    # (server, word, what it means, where it is known from)
    ("OpenAI", "stop", STOP, OPENAI),
    ("OpenAI", "length", LENGTH, OPENAI),
    ("OpenAI", "content_filter", FILTER, OPENAI),
    ("OpenAI", "tool_calls", TOOLS, OPENAI),
    ("OpenAI", "function_call", TOOLS, OPENAI),
    ("Azure", "content_filter", FILTER, "microsoft/semantic-kernel#5240"),
    ("Anthropic", "end_turn", STOP, ANTHROPIC),
    ("Anthropic", "stop_sequence", STOP, ANTHROPIC),
    ("Anthropic", "max_tokens", LENGTH, ANTHROPIC),
    ("Anthropic", "model_context_window_exceeded", LENGTH, ANTHROPIC),
    ("Anthropic", "pause_turn", LENGTH, ANTHROPIC),
    ("Anthropic", "refusal", FILTER, ANTHROPIC),
    ("Anthropic", "tool_use", TOOLS, ANTHROPIC),
    ("Anthropic", "compaction", LENGTH, LITELLM),
    ("Mistral", "stop", STOP, MISTRAL),
    ("Mistral", "length", LENGTH, MISTRAL),
    ("Mistral", "model_length", LENGTH, "camel-ai/camel#4266"),
    ("Mistral", "error", BROKEN_OFF, MISTRAL),
    ("Google", "STOP", STOP, GOOGLE),
    ("Google", "MAX_TOKENS", LENGTH, GOOGLE),
    ("Google", "FinishReason.MAX_TOKENS", LENGTH, GOOGLE),
    ("Google", "SAFETY", FILTER, "HKUDS/Vibe-Trading#308"),
    ("Google", "RECITATION", FILTER, "bespokelabsai/curator#261"),
    ("Google", "BLOCKLIST", FILTER, GOOGLE),
    ("Google", "PROHIBITED_CONTENT", FILTER, GOOGLE),
    ("Google", "SPII", FILTER, GOOGLE),
    ("Google", "LANGUAGE", FILTER, GEMINI_EX),
    ("Google", "IMAGE_SAFETY", FILTER, GEMINI_EX),
    ("Google", "IMAGE_PROHIBITED_CONTENT", FILTER, "BerriAI/litellm#20357"),
    ("Google", "content_filter: PROHIBITED_CONTENT", FILTER, "BerriAI/litellm#40864 shows the choice without content"),
    ("Google", "MALFORMED_FUNCTION_CALL", TOOLS, GEMINI_EX),
    ("Google", "UNEXPECTED_TOOL_CALL", TOOLS, LITELLM),
    ("Google", "OTHER", UNKNOWN, GOOGLE),
    ("Google", "FINISH_REASON_UNSPECIFIED", UNKNOWN, GOOGLE),
    ("Cohere", "COMPLETE", STOP, COHERE),
    ("Cohere", "STOP_SEQUENCE", STOP, "dev.to/multigrid/stop-sequences-in-the-cohere-api-kbe"),
    ("Cohere", "MAX_TOKENS", LENGTH, "cohere-ai/cohere-developer-experience#600"),
    ("Cohere", "ERROR_LIMIT", LENGTH, COHERE),
    ("Cohere", "ERROR_TOXIC", FILTER, COHERE),
    ("Cohere", "ERROR", BROKEN_OFF, COHERE),
    ("Cohere", "USER_CANCEL", BROKEN_OFF, COHERE),
    ("Together", "eos", STOP, LITELLM),
    ("Together", "error", BROKEN_OFF, "togethercomputer/together-python#153"),
    ("Groq", "stop", STOP, "promptfoo.dev/docs/providers/groq (OpenAI's words)"),
    ("Groq", "length", LENGTH, "promptfoo.dev/docs/providers/groq (OpenAI's words)"),
    ("OpenRouter", "error", BROKEN_OFF, "pydantic/pydantic-ai#2844"),
    ("OpenRouter", "endturn", STOP, "zeitlings/ayai-gpt-nexus#2"),
    ("DeepSeek", "stop", STOP, DEEPSEEK),
    ("DeepSeek", "length", LENGTH, DEEPSEEK),
    ("DeepSeek", "content_filter", FILTER, DEEPSEEK),
    ("DeepSeek", "insufficient_system_resource", BROKEN_OFF, DEEPSEEK),
    ("vLLM", "stop", STOP, "vllm-project/vllm: vllm/v1/engine/__init__.py"),
    ("vLLM", "length", LENGTH, "vllm-project/vllm#525"),
    ("vLLM", "abort", BROKEN_OFF, "vllm-project/vllm: vllm/v1/engine/__init__.py"),
    ("vLLM", "error", BROKEN_OFF, "vllm-project/vllm: vllm/v1/engine/__init__.py"),
    ("vLLM", "repetition", LENGTH, "BerriAI/litellm#27101"),
    ("SGLang", "stop", STOP, "sgl-project/sglang#446"),
    ("SGLang", "length", LENGTH, "sgl-project/sglang#446"),
    ("SGLang", "abort", BROKEN_OFF, "InternLM/xtuner#1755"),
    ("TGI", "eos_token", STOP, "avante-corp/avante.nvim#706"),
    ("TGI", "stop_sequence", STOP, "socket.dev/npm/package/@huggingface/inference/diff/2.6.7"),
    ("TGI", "length", LENGTH, "socket.dev/npm/package/@huggingface/inference/diff/2.6.7"),
    ("llama.cpp", "stop", STOP, "ikawrakow/ik_llama.cpp#2362"),
    ("llama.cpp", "length", LENGTH, "ggml-org/llama.cpp#28711"),
    ("llama.cpp", "limit", LENGTH, "ggml-org/llama.cpp#28711 (STOP_TYPE_LIMIT)"),
    ("Ollama", "stop", STOP, "davidmigloz/langchain_dart#413"),
    ("Ollama", "length", LENGTH, "ollama/ollama#5312"),
    ("Ollama", "load", BROKEN_OFF, "davidmigloz/langchain_dart#413"),
    ("Ollama", "unload", BROKEN_OFF, "sammcj/gollama#115"),
    ("LiteLLM", "content_filtered", FILTER, LITELLM),
    ("LiteLLM", "guardrail_intervened", FILTER, LITELLM),
    ("Zhipu", "sensitive", FILTER, "langgenius/dify#7559"),
    ("Zhipu", "network_error", BROKEN_OFF, "mozilla-ai/any-llm#1204"),
    ("xAI", "end_turn", STOP, "genkit-ai/genkit#6259"),
    ("Bedrock", "contentFiltered", FILTER, STRANDS),
    ("Bedrock", "guardrailIntervened", FILTER, STRANDS),
    ("Bedrock", "maxTokens", LENGTH, STRANDS),
    ("Bedrock", "endTurn", STOP, STRANDS),
    ("Bedrock", "modelContextWindowExceeded", LENGTH, STRANDS),
    ("watsonx", "token_limit", LENGTH, WATSONX),
    ("watsonx", "not_finished", LENGTH, WATSONX),
    ("watsonx", "time_limit", BROKEN_OFF, WATSONX),
    ("watsonx", "cancelled", BROKEN_OFF, WATSONX),
    ("OpenAI's responses", "max_output_tokens", LENGTH, "docs.nvidia.com/nemo/relay (enum-finishreason)"),
    ("OpenAI's responses", "completed", STOP, "docs.nvidia.com/nemo/relay (enum-finishreason)"),
    ("anybody", "content-filter", FILTER, "code-dot-org/code-dot-org#71162"),
    ("anybody", " Stop ", STOP, "the same word"),
    ("anybody", "LENGTH", LENGTH, "the same word"),
    ("anybody", "", UNKNOWN, "BerriAI/litellm#11889"),
    ("anybody", None, UNKNOWN, "vllm-project/vllm#27572"),
    ("anybody", "a_word_of_tomorrow", UNKNOWN, "anomalyco/opencode#44092"),
]


@pytest.mark.parametrize(("word", "meaning"), [row[1:3] for row in WORDS], ids=[f"{row[0]}: {row[1]}" for row in WORDS])
def test_every_word_for_the_end_of_a_text_is_known(word, meaning):
    assert is_broken_off(word) is (meaning == BROKEN_OFF)
    assert ending_of(word) is (UNKNOWN if meaning == BROKEN_OFF else meaning)


CHOICES = [
    # (server, the choice's fields, what they mean, where it is known from)
    ("vLLM", {"finish_reason": "stop", "stop_reason": "\n\n"}, STOP, "sgl-project/sglang#1407 (matched stop strings)"),
    ("vLLM", {"finish_reason": "stop", "stop_reason": 128009}, STOP, "vllm-project/vllm: vllm/v1/engine/__init__.py"),
    ("SGLang", {"finish_reason": {"type": "length", "length": 64}}, LENGTH, "sgl-project/sglang#1407"),
    ("SGLang", {"finish_reason": None, "matched_stop": 151645}, STOP, "sgl-project/sglang#4550"),
    ("TGI", {"finish_reason": None, "details": {"finish_reason": "length"}}, LENGTH, "huggingface.js 2.6.7"),
    ("Ollama", {"finish_reason": None, "done_reason": "length"}, LENGTH, "BerriAI/litellm#25825"),
    (
        "OpenRouter",
        {"finish_reason": "stop", "native_finish_reason": "MAX_TOKENS"},
        LENGTH,
        "reVrost/go-openrouter#43",
    ),
    ("OpenRouter", {"finish_reason": "stop", "native_finish_reason": "SAFETY"}, FILTER, "reVrost/go-openrouter#43"),
    ("OpenRouter", {"finish_reason": "stop", "native_finish_reason": "end_turn"}, STOP, "pydantic/pydantic-ai#3584"),
    ("OpenRouter", {"finish_reason": "stop", "native_finish_reason": None}, STOP, "pydantic/pydantic-ai#3584"),
    ("OpenRouter", {"finish_reason": "length", "native_finish_reason": "odd"}, LENGTH, "pydantic/pydantic-ai#2844"),
    (
        "Azure",
        {"finish_reason": "stop", "content_filter_results": {"violence": {"filtered": True, "severity": "high"}}},
        FILTER,
        "BerriAI/litellm#8953",
    ),
    (
        "Azure",
        {"finish_reason": "stop", "content_filter_results": {"jailbreak": {"filtered": False, "detected": True}}},
        STOP,
        "BerriAI/litellm#16231",
    ),
    (
        "Azure",
        {"finish_reason": "stop", "content_filter_results": {"error": {"code": "content_filter_error"}}},
        STOP,
        "developersdigest.tech/errors/api/azure-openai",
    ),
    ("Google", {"finish_reason": "content_filter: SPII", "message": None}, FILTER, "BerriAI/litellm#40864"),
    ("anybody", {"finish_reason": 7}, UNKNOWN, "no text"),
]


@pytest.mark.parametrize(
    ("fields", "meaning"), [row[1:3] for row in CHOICES], ids=[f"{row[0]}: {row[1]}" for row in CHOICES]
)
def test_of_all_words_in_a_choice_the_most_telling_counts(wires, fields, meaning):
    wire = wires["chat"]
    choice = {**wire.document["choices"][0], **fields}
    found = wire.answer(wire.changed({("choices", 0): choice}))
    assert found.finish_reason == meaning
    assert found.status == ("filtered" if meaning is FILTER else "answered")


@pytest.mark.parametrize("word", ["error", "insufficient_system_resource", "abort", "load", "TIMEOUT"])
def test_an_answer_that_the_server_broke_off_is_asked_for_again(wires, word):
    wire = wires["chat"]
    with pytest.raises(TransientError) as raised:
        wire.answer(wire.changed({("choices", 0, "finish_reason"): word}))
    assert raised.value.error_type == "broken_off"


def openai(message: str, code: Any = None, kind: Any = None, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": code, **more}}


def flat(message: str, code: int = 400) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": code}


def claude(message: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def google(message: str, code: int = 400, status: str = "INVALID_ARGUMENT", **more: Any) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "status": status, **more}}]


CUT, BLOCKED = "cut", "blocked"
NO_ROOM = "This model's maximum context length is 64 tokens. However, you requested 84 tokens (20 in the messages, 64)."
AZURE_POLICY = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
TPM = "on tokens per min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced"

FAILURES = [
    # (server, status, document, what it means, where it is known from); 64 tokens were asked for
    ("OpenAI", 400, openai("This model's maximum...", "context_length_exceeded"), CUT, "THUDM/LongBench#104"),
    (
        "OpenAI",
        400,
        openai("This model's maximum context length is 4097 tokens. However, your messages resulted in 7575 tokens."),
        CUT,
        "smol-ai/developer#7",
    ),
    (
        "OpenAI",
        400,
        openai("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 509178 tokens."),
        CUT,
        "BerriAI/litellm#18927",
    ),
    (
        "OpenAI",
        400,
        openai("Your input exceeds the context window of this model."),
        CUT,
        "badlogic/pi-mono overflow.ts",
    ),
    ("OpenAI", 400, openai("x", "content_policy_violation"), BLOCKED, LITELLM),
    (
        "OpenAI",
        400,
        openai("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", "invalid_prompt"),
        BLOCKED,
        "enricoros/big-AGI#712",
    ),
    (
        "OpenAI",
        400,
        openai("max_tokens is too large: 8192. This model supports at most 4096 completion tokens", "invalid_value"),
        CellError,
        "ChatGPTNextWeb/NextChat#3195",
    ),
    ("OpenAI", 400, openai(NO_ROOM, "context_length_exceeded"), CellError, "ChatGPTNextWeb/NextChat#3195"),
    ("OpenAI", 429, openai(f"Request too large for gpt-4o {TPM}.", "rate_limit_exceeded"), TerminalError, "climb#13"),
    ("OpenAI", 429, openai("You exceeded your current quota", "insufficient_quota"), CellError, "FACTS of OpenAI"),
    ("OpenAI", 429, openai("Rate limit reached for gpt-4o", "rate_limit_exceeded"), TransientError, "FACTS of OpenAI"),
    ("OpenAI", 400, openai("Invalid 'temperature'", "decimal_above_max_value"), TerminalError, LITELLM),
    (
        "OpenAI",
        400,
        openai(
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5.",
            "array_above_max_length",
        ),
        CellError,
        "continuedev/continue#2461",
    ),
    (
        "Azure",
        400,
        {**openai(AZURE_POLICY, "content_filter", innererror={"code": "ResponsibleAIPolicyViolation"})},
        BLOCKED,
        "compl-ai/compl-ai#20",
    ),
    ("Azure", 400, openai(AZURE_POLICY.replace("Azure OpenAI", "Microsoft")), BLOCKED, "gpt4free/g4f.dev#81"),
    (
        "Azure",
        429,
        openai("Requests have exceeded token rate limit of your current OpenAI S0 pricing tier.", "429"),
        TransientError,
        "vanderschaarlab/climb#1",
    ),
    (
        "Anthropic",
        400,
        claude("prompt is too long: 219898 tokens > 200000 maximum"),
        CUT,
        "earendil-works/pi#102",
    ),
    (
        "Anthropic",
        400,
        claude("input length and `max_tokens` exceed context limit: 198981 + 21333 > 200000, decrease input length"),
        CUT,
        "anymorph-ai/Claudable#3",
    ),
    (
        "Anthropic",
        413,
        claude("Request exceeds the maximum size", "request_too_large"),
        CUT,
        "docs.claude.com/en/api/errors",
    ),
    ("Anthropic", 400, claude("Output blocked by content filtering policy"), BLOCKED, "anthropics/claude-code#58367"),
    ("Anthropic", 400, claude("Your credit balance is too low to access the API."), CellError, "claude-code#66314"),
    (
        "Anthropic",
        400,
        claude("max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for this model"),
        CellError,
        "continuedev/continue#10705 (the same limit at OpenRouter)",
    ),
    ("Anthropic", 529, claude("Overloaded", "overloaded_error"), TransientError, "docs.claude.com/en/api/errors"),
    (
        "Mistral",
        400,
        flat("Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"),
        CUT,
        "badlogic/pi-mono overflow.ts",
    ),
    (
        "Mistral",
        422,
        flat("max_tokens must be less than or equal to 131072", 422),
        CellError,
        "openclaw/openclaw#53006",
    ),
    (
        "Google",
        400,
        google("The input token count (3475108) exceeds the maximum number of tokens allowed (1048576)."),
        CUT,
        "google-gemini/gemini-cli#12214",
    ),
    (
        "Google",
        400,
        google("The input token count exceeds the maximum number of tokens allowed (1048576)."),
        CUT,
        "BerriAI/litellm#18282",
    ),
    (
        "Google",
        400,
        google("API key not valid. Please pass a valid API key."),
        CellError,
        "BerriAI/litellm: exception_mapping",
    ),
    (
        "Google",
        429,
        google("You exceeded your current quota, please check your plan and billing. Please retry in 32.8s.", 429),
        TransientError,
        "BerriAI/litellm: exception_mapping_utils.py",
    ),
    ("Google", 200, {"choices": [], "prompt_feedback": {"block_reason": "SAFETY"}}, BLOCKED, "llm-subtrans#292"),
    (
        "Cohere",
        400,
        {"message": "too many tokens: total number of tokens (prompt and prediction) cannot exceed 2048"},
        CUT,
        "cohere-ai/sandbox-topically#4",
    ),
    (
        "Cohere",
        400,
        {"message": "Too many tokens: the total number of tokens in the prompt exceeds the limit of 4081."},
        CUT,
        "portkey.ai/error-library/input-limit-exceeded-error-10147",
    ),
    (
        "Together",
        422,
        openai("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 80125 `inputs`"),
        CUT,
        "BerriAI/litellm#4934",
    ),
    (
        "Groq",
        400,
        openai("Please reduce the length of the messages or completion.", "context_length_exceeded"),
        CUT,
        "OpenHands/OpenHands#1902",
    ),
    (
        "Groq",
        413,
        openai("Request too large for model on tokens per minute (TPM): Limit 8000, Requested 34031, please reduce"),
        TerminalError,
        "autohandai/code-cli#338",
    ),
    ("Groq", 413, openai("Request Entity Too Large"), CUT, "console.groq.com/docs/errors"),
    ("Groq", 498, openai("flex tier at capacity", "capacity_exceeded"), TransientError, "console.groq.com/docs/errors"),
    (
        "Groq",
        400,
        openai("`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less"),
        CellError,
        "scaleway/docs-content#4858 (the same limit)",
    ),
    (
        "OpenRouter",
        403,
        openai(
            "Your chosen model requires moderation and your input was flagged",
            403,
            metadata={"reasons": ["violence"], "flagged_input": "how do I..."},
        ),
        BLOCKED,
        "openrouter.ai/docs/errors",
    ),
    (
        "OpenRouter",
        402,
        openai("This request requires more credits, or fewer max_tokens.", 402),
        CellError,
        "continue#10705",
    ),
    ("OpenRouter", 200, openai("Provider returned error", 502), TransientError, "openrouter.ai/docs/errors"),
    (
        "OpenRouter",
        400,
        openai(
            "Provider returned error",
            400,
            metadata={"raw": '{"error":{"message":"prompt is too long: 3 > 2 maximum"}}'},
        ),
        CUT,
        "lobehub/lobehub#5994",
    ),
    (
        "OpenRouter",
        400,
        openai("This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens"),
        CUT,
        "badlogic/pi-mono overflow.ts",
    ),
    (
        "OpenRouter",
        429,
        openai("Upstream error: ResourceExhausted: Worker local total request limit reached (32/32)", 429),
        TransientError,
        "perminder-klair/subwave#684",
    ),
    ("DeepSeek", 400, openai("Content Exists Risk", "invalid_request_error"), BLOCKED, "666ghj/BettaFish#108"),
    ("DeepSeek", 400, {"detail": "Content Exists Risk"}, BLOCKED, "deepseek-ai/DeepSeek-V2#30"),
    (
        "DeepSeek",
        400,
        openai("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
        CellError,
        LITELLM,
    ),
    ("DeepSeek", 402, openai("Insufficient Balance"), CellError, "whiteguo233/OpenBiliClaw#199"),
    (
        "vLLM",
        400,
        flat("The decoder prompt (length 10127) is longer than the maximum model length of 8192."),
        CUT,
        "Gabesarch/grounded-rl#16",
    ),
    (
        "vLLM",
        400,
        flat(
            "This model's maximum context length is 16384 tokens. However, you requested 19591 tokens"
            " (9591 in the messages, 10000 in the completion)."
        ),
        CUT,
        "vllm-project/vllm#20409",
    ),
    (
        "vLLM",
        400,
        flat(
            "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 64 tokens"
            " and your request has 20 input tokens (64 > 64 - 20)."
        ),
        CellError,
        "claude-code-best/claude-code#272",
    ),
    (
        "vLLM",
        400,
        flat(
            "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 4096"
            " tokens and your request has 4090 input tokens (64 > 4096 - 4090)."
        ),
        CUT,
        "claude-code-best/claude-code#272",
    ),
    (
        "SGLang",
        400,
        flat("The input (61709 tokens) is longer than the model's context length (40960 tokens)."),
        CUT,
        "QwenLM/Qwen3#1321",
    ),
    (
        "TGI",
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3474 `inputs`",
            "error_type": "validation",
        },
        CUT,
        "huggingface/llm-vscode#94",
    ),
    (
        "TGI",
        422,
        {"error": "Input validation error: `inputs` must have less than 1024 tokens. Given: 1500"},
        CUT,
        "stanford-crfm/helm#2079",
    ),
    ("TGI", 429, {"error": "Model is overloaded", "error_type": "overloaded"}, TransientError, "huggingface.js 2.6.7"),
    (
        "TGI",
        424,
        {"error": "Request failed during generation"},
        TransientError,
        "developersdigest.tech/errors/api/groq-api",
    ),
    (
        "llama.cpp",
        400,
        openai("request (25837 tokens) exceeds the available context size", 400, "exceed_context_size_error"),
        CUT,
        "llmmllab/llmmllab-api#69",
    ),
    (
        "llama.cpp",
        400,
        openai("request (342 tokens) exceeds the available context size (4 tokens), try increasing it"),
        CUT,
        "llama.cpp b10434, asked for as many tokens of answer as its context has",
    ),
    (
        "llama.cpp",
        500,
        openai("the request exceeds the available context size.", 500, "exceed_context_size_error"),
        CUT,
        "ggml-org/llama.cpp#15780",
    ),
    (
        "llama.cpp",
        200,
        openai("the request exceeds the available context size.", 400, "exceed_context_size_error"),
        CUT,
        "oobabooga/textgen#7257",
    ),
    ("llama.cpp", 503, openai("Loading model", 503, "unavailable_error"), TransientError, "ggml-org/llama.cpp#15780"),
    ("llama-cpp-python", 500, openai("Requested tokens (2285) exceed context window of 2048"), CUT, "logdetective#193"),
    ("llama-cpp-python", 500, openai("Prompt exceeds n_ctx: 2892 > 2048"), CUT, "gokayfem/ComfyUI_VLM_nodes#81"),
    ("LM Studio", 400, {"error": "Input length 1581 exceeds context length 1500"}, CUT, "lmstudio-ai/model-catalog#38"),
    (
        "LM Studio",
        400,
        {
            "error": "Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded"
            " with context length of only 7866 tokens, which is not enough."
        },
        CUT,
        "lmstudio-ai/lmstudio-bug-tracker#546",
    ),
    (
        "LM Studio",
        200,
        {"error": "The number of tokens to keep from the initial prompt is greater than the context length."},
        CUT,
        "lmstudio-ai/lmstudio-bug-tracker#2322",
    ),
    ("mlx-serve", 400, openai("Prompt exceeds maximum context length"), CUT, "ddalcu/mlx-serve#66"),
    ("Ollama", 404, openai("model 'x' not found, try pulling it first"), CellError, "FACTS of Ollama"),
    (
        "Ollama",
        503,
        openai("server busy, please try again. maximum pending requests exceeded"),
        TransientError,
        "Ollama",
    ),
    (
        "LiteLLM",
        400,
        openai(
            f"litellm.BadRequestError: litellm.ContentPolicyViolationError: AzureException - {AZURE_POLICY}",
            "400",
            provider_specific_fields={"innererror": {"code": "ResponsibleAIPolicyViolation"}},
        ),
        BLOCKED,
        "BerriAI/litellm#16231",
    ),
    (
        "LiteLLM",
        500,
        openai(f"litellm.APIError: AzureException - {AZURE_POLICY}", "500"),
        BLOCKED,
        "BerriAI/litellm#4941",
    ),
    (
        "LiteLLM",
        400,
        openai(
            "litellm.BadRequestError: litellm.ContextWindowExceededError: AnthropicError - "
            '{"type":"error","error":{"message":"prompt is too long: 200480 tokens > 200000 maximum"}}',
            "400",
        ),
        CUT,
        "BerriAI/litellm#7259",
    ),
    ("LiteLLM", 500, openai("litellm.ContextWindowExceededError: ...", "500"), CUT, "OpenHands/benchmarks#45"),
    (
        "LiteLLM",
        400,
        {"error": {"message": {"error": "Violated guardrail policy"}, "type": "None", "code": "400"}},
        BLOCKED,
        "BerriAI/litellm#13321",
    ),
    ("LiteLLM", 400, openai("Violated OpenAI moderation policy"), BLOCKED, "BerriAI/litellm#39982"),
    (
        "LiteLLM",
        400,
        openai("Budget has been exceeded! Current cost: 10.2, Max budget: 10", "400", "budget_exceeded"),
        CellError,
        "docs.litellm.ai",
    ),
    ("LiteLLM", 429, openai("litellm.RateLimitError: rate limit", "429"), TransientError, LITELLM),
    (
        "xAI",
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Content violates usage guidelines. Team: x, API key ID: x, Failed check: SAFETY_CHECK_TYPE_BIO",
        },
        BLOCKED,
        "UKGovernmentBEIS/inspect_ai#2267",
    ),
    (
        "xAI",
        400,
        {"error": "This model's maximum prompt length is 500000 but the request contains 907154 tokens."},
        CUT,
        "chenyme/grok2api#693",
    ),
    (
        "xAI",
        403,
        {"error": "Your team has been suspended for violating our usage policy"},
        CellError,
        "who asks, not what",
    ),
    ("Cerebras", 400, openai("Current length is 42328 while limit is 40000"), CUT, "cline/cline#5140"),
    ("Copilot", 400, openai("prompt token count of 93854 exceeds the limit of 90000"), CUT, "jjleng/copilot-more#35"),
    ("rkllm", 400, {"error": "Prompt is 11543 tokens but the model context window is 4096 tokens."}, CUT, "taOS#1738"),
    ("MiMo", 400, openai("Moderation Block", "421", "content_filter"), BLOCKED, "XiaomiMiMo/MiMo-V2-Flash#18"),
    (
        "MiMo",
        400,
        openai(
            "Param Incorrect", "400", "upstream_error", param="max_tokens is too large: 1048576. This model supports"
        ),
        CellError,
        "AQBot-Desktop/AQBot#93",
    ),
    (
        "Qwen",
        400,
        openai("Input data may contain inappropriate content.", "data_inspection_failed"),
        BLOCKED,
        "camel-ai/owl#432",
    ),
    (
        "Qwen",
        400,
        openai("<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content."),
        BLOCKED,
        "QwenLM/qwen-code#2905",
    ),
    ("Zhipu", 400, openai("系统检测到输入或生成内容可能包含不安全或敏感内容", "1301"), BLOCKED, "langchain4j#1079"),
    ("MiniMax", 422, openai("input new_sensitive (1026)"), BLOCKED, "esengine/DeepSeek-Reasonix#6818"),
    ("MiniMax", 400, openai("invalid params, context window exceeds limit"), CUT, "badlogic/pi-mono overflow.ts"),
    (
        "Kimi",
        400,
        openai("Your request exceeded model token limit: 8192 (requested: 9000)"),
        CUT,
        "pi-mono overflow.ts",
    ),
    (
        "Cloudflare",
        424,
        {"success": False, "error": [{"code": 2016, "message": "Prompt blocked due to security configurations"}]},
        BLOCKED,
        "developers.cloudflare.com/ai-gateway/guardrails/set-up-guardrail",
    ),
    (
        "Scaleway",
        416,
        openai("max_completion_tokens is limited for this model"),
        CellError,
        "scaleway/docs-content#4858",
    ),
    (
        "a gateway",
        400,
        openai("upstream request timeout"),
        TransientError,
        "ferrislucas/promptr#32 (cf_gateway_timeout)",
    ),
    (
        "a gateway",
        400,
        openai("The engine is currently overloaded, please try again later"),
        TransientError,
        "subwave#684",
    ),
    ("a gateway", 400, openai("too many requests", 429), TransientError, "BerriAI/litellm: exception_mapping_utils.py"),
    ("a gateway", 504, "<html><h1>504 Gateway Time-out</h1></html>", TransientError, "etalab-ia/OpenGateLLM#116"),
    ("a gateway", 502, "<html>The request took too long to be blocked by our policy</html>", TransientError, "a page"),
    (
        "a gateway",
        500,
        openai("The request took too long to process"),
        TransientError,
        "a time-out, and no long prompt",
    ),
    ("vLLM", 200, flat("The model `x` does not exist.", 404), CellError, "openinterpreter#760 shows the form"),
    (
        "vLLM",
        200,
        flat("This model's maximum context length is 4096 tokens."),
        CUT,
        "openinterpreter#760 shows the form",
    ),
    (
        "MiniMax",
        200,
        {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
        CellError,
        "adrianlyjak/obsidian-aloud-tts#114",
    ),
    (
        "MiniMax",
        200,
        {"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
        TransientError,
        "adrianlyjak/obsidian-aloud-tts#114",
    ),
    ("Zhipu", 200, {"code": 500, "msg": "404 NOT_FOUND", "success": False}, TransientError, "words alone"),
    ("Baidu", 200, {"error_code": 18, "error_msg": "qps request limit reached"}, TransientError, "words alone"),
    ("Cloudflare", 200, {"success": False, "errors": [{"code": 7009}], "result": None}, TransientError, "a list"),
    ("a gateway", 413, "<html><h1>413 Request Entity Too Large</h1></html>", CUT, "console.groq.com/docs/errors"),
    ("a gateway", 404, openai("No endpoints available matching your guardrail restrictions"), CellError, "OpenRouter"),
    (
        "a validator",
        422,
        {"detail": [{"loc": ["body", "n"], "msg": "not an integer", "input": "violating our usage policy"}]},
        TerminalError,
        "what is repeated of the request says nothing",
    ),
]
NAMES = [f"{server} {status}: {str(document)[:60]}" for server, status, document, *_ in FAILURES]


@pytest.mark.parametrize(("status", "document", "meaning"), [row[1:4] for row in FAILURES], ids=NAMES)
def test_every_failure_means_what_the_server_means(wires, status, document, meaning):
    wire = wires["chat"]
    if isinstance(meaning, str):
        found = wire.answer(document, status)
        expected = ("answered", "", LENGTH) if meaning == CUT else ("filtered", None, FILTER)
        assert (found.status, found.text, found.finish_reason) == expected
    else:
        with pytest.raises(meaning) as raised:
            wire.answer(document, status)
        assert type(raised.value) is meaning
        assert "no choices" not in str(raised.value), "the server's own words"


THOUGHTS = [
    # (server, the message, where it is known from); each thinks "hm" and answers "42"
    ("DeepSeek", {"content": "42", "reasoning_content": "hm"}, "share.apidog.com (deepseek-reasoner)"),
    (
        "vLLM before 0.11",
        {"content": "42", "reasoning_content": "hm"},
        "docs.vllm.ai/en/v0.7.3/features/reasoning_outputs",
    ),
    ("vLLM", {"content": "42", "reasoning": "hm"}, "docs.vllm.ai/en/stable/features/reasoning_outputs"),
    ("SGLang", {"content": "42", "reasoning_content": "hm"}, "sgl-project/sglang#4550"),
    ("Ollama", {"content": "42", "reasoning": "hm"}, "ollama/ollama#15288"),
    ("Ollama's own", {"content": "42", "thinking": "hm"}, "ahyatt/llm#226"),
    ("Groq", {"content": "42", "reasoning": "hm"}, "unpkg.com/@langchain/core (block_translators/groq)"),
    (
        "OpenRouter",
        {"content": "42", "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        "unpkg.com/@openrouter/ai-sdk-provider (reasoning-details.ts)",
    ),
    (
        "OpenRouter",
        {
            "content": "42",
            "reasoning": None,
            "reasoning_details": [
                {"type": "reasoning.encrypted", "data": "x"},
                {"type": "reasoning.summary", "summary": "hm"},
            ],
        },
        "unpkg.com/@openrouter/ai-sdk-provider (reasoning-details.ts)",
    ),
    (
        "Mistral",
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}]},
                {"type": "text", "text": "42"},
            ]
        },
        "braintrustdata/braintrust-sdk-javascript#1857",
    ),
    ("LiteLLM", {"content": "42", "provider_specific_fields": {"reasoning_content": "hm"}}, "BerriAI/litellm#27956"),
    (
        "LiteLLM",
        {"content": "42", "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
        "BerriAI/litellm#27956",
    ),
    (
        "parts of text",
        {"content": [{"type": "reasoning", "text": "hm"}, {"type": "output_text", "text": "42"}]},
        "docs.mistral.ai/resources/cookbooks/mistral-reasoning",
    ),
]


@pytest.mark.parametrize("message", [row[1] for row in THOUGHTS], ids=[f"{row[0]} {list(row[1])}" for row in THOUGHTS])
def test_reasoning_is_kept_apart_from_the_answer(wires, message):
    wire = wires["chat"]
    found = wire.answer(wire.changed({("choices", 0, "message"): message}))
    assert (found.text, found.reasoning_text) == ("42", "hm")


def test_a_message_of_thoughts_alone_has_an_empty_text(wires):
    wire = wires["chat"]
    found = wire.answer(wire.changed({("choices", 0, "message"): {"content": None, "reasoning_content": "hm"}}))
    assert (found.status, found.text, found.reasoning_text) == ("answered", "", "hm")


def test_anthropics_thoughts_are_kept_and_redacted_ones_have_no_text(wires):
    wire = wires["messages"]
    blocks = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "42"},
    ]
    found = wire.answer(wire.changed({("content",): blocks}))
    assert (found.text, found.reasoning_text) == ("42", "hm")


USAGES = [
    # (server, its usage, output with reasoning, reasoning, where it is known from)
    ("OpenAI", {"completion_tokens": 200, "completion_tokens_details": {"reasoning_tokens": 150}}, 200, 150, OPENAI),
    ("Perplexity", {"completion_tokens": 200, "reasoning_tokens": 150}, 200, 150, "docs.perplexity.ai"),
    (
        "xAI",
        {
            "prompt_tokens": 10,
            "completion_tokens": 50,
            "total_tokens": 184,
            "completion_tokens_details": {"reasoning_tokens": 124},
        },
        174,
        124,
        "docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/grok/capabilities/reasoning",
    ),
    ("a gateway", {"completion_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}, 9, 4, "Anthropic's name"),
]


@pytest.mark.parametrize(("usage", "output", "reasoning"), [row[1:4] for row in USAGES], ids=[row[0] for row in USAGES])
def test_reasoning_tokens_are_part_of_the_output_wherever_they_are_counted(wires, usage, output, reasoning):
    found = wires["chat"].answer(wires["chat"].changed({("usage",): usage}))
    assert (found.tokens_output, found.tokens_reasoning) == (output, reasoning)
