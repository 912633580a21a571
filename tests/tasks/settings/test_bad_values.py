"""Every bad value is exactly one line that starts with its path and says what to do."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError
from tests.support.known import known_names

GONE = "<removed>"  # replaced by the fixture's marker
BASE, DPO = ("models", 0), ("models", 1)
IN_DPO = "(model 'llama-dpo')"
MODEL_KEYS = (
    "Known: adapters, allow_http, alternatives, api, api_key_env, base, base_url, batch, best_of, budget,"
    " cadence, concurrency, context, control_vectors, development, differs, endpoint, family, gpu_layers,"
    " hybrid, id, is_simulated, knob, max_attempts, method, mode, model, parallel, parameters_billion, "
    "port, price, prompt_styles, provider, replicate_of, requests_per_minute, sampling, server, stage, "
    "system_prompt, threads, timeout_s, tokens_per_minute, weights."
)
PRICE = {"from": "2026-01-01", "input_usd_per_million": 1.0, "output_usd_per_million": 2.0}
KNOWN = known_names()
THIRD = {"id": "llama-ppo", "provider": "openai", "base_url": "http://h/v1", "model": "ppo", "api": "chat"}
# The second model as one of Anthropic's.
CLAUDE = {
    (*DPO, "provider"): "anthropic",
    (*DPO, "api"): "messages",
    (*DPO, "base_url"): GONE,
    (*DPO, "endpoint"): GONE,
}

CASES = {
    "unknown model key that exists under sampling": (
        {(*DPO, "temprature"): 0},
        f"models[1].temprature {IN_DPO}: unknown key. Did you mean 'sampling.temperature'? {MODEL_KEYS}",
    ),
    "unknown model key": (
        {(*DPO, "base_ulr"): "x"},
        f"models[1].base_ulr {IN_DPO}: unknown key. Did you mean 'base_url'? {MODEL_KEYS}",
    ),
    "misspelt required key is one mistake": (
        {(*DPO, "modle"): "x", (*DPO, "model"): GONE},
        f"models[1].modle {IN_DPO}: unknown key. Did you mean 'model'? {MODEL_KEYS}",
    ),
    "unknown key at the top": (
        {("benchmark",): []},
        (
            "benchmark: unknown key. Did you mean 'benchmarks'? Known: analysis, backup, benchmarks, budget, "
            "comparisons, gate, judges, keep_texts_days, landing, max_age_days, missed_nights, model_defaults, models, "
            "notify, publish, sample_seed, schedule, thresholds, warehouse, work_pool."
        ),
    ),
    "unknown sampling key": (
        {(*DPO, "sampling"): {"temprature": 0}},
        (
            f"models[1].sampling.temprature {IN_DPO}: unknown key. Did you mean 'temperature'? Known: extra, "
            "max_stop_strings, max_tokens, reasoning_effort, seed, stop, temperature, token_limit_name, top_p. "
            "What only one server understands goes under extra."
        ),
    ),
    "unknown price key": (
        {(*DPO, "price"): [{**PRICE, "input_usd": 1}]},
        (
            f"models[1].price[0].input_usd {IN_DPO}: unknown key. Did you mean 'input_usd_per_million'? Known: "
            "cache_write_usd_per_million, cached_input_usd_per_million, from, input_usd_per_million, "
            "output_usd_per_million."
        ),
    ),
    "defined benchmark with a name that is taken": (
        {("benchmarks", 1, "define"): {}, ("benchmarks", 1, "source"): "aligntax.yaml"},
        "benchmarks[1].id: 'harmful' is a benchmark that aligntax has. Choose another.",
    ),
    "defined benchmark without rows": (
        {("benchmarks", 1): {"id": "mine", "define": "mine.yaml"}},
        (
            "benchmarks[1].source (benchmark 'mine'): is missing. A defined benchmark needs the path of its rows. "
            "(and 1 more)"
        ),
    ),
    "definition that is neither mapping nor path": (
        {("benchmarks", 1, "define"): 3},
        (
            "benchmarks[1].define (benchmark 'harmful'): must be a mapping of keys to values or the path of a file "
            "with one, found 3."
        ),
    ),
    "unknown benchmark key": (
        {("benchmarks", 1, "sample_sise"): 3},
        (
            "benchmarks[1].sample_sise (benchmark 'harmful'): unknown key. Did you mean 'sample_size'? Known: "
            "attack, cadence, cluster_by, define, dimension, domain, higher_is_better, id, imported, judge, margin, "
            "paraphrases, prompt_styles, repeats, "
            "sample_size, scorer, source, stop, unparsed."
        ),
    ),
    "unknown threshold": (
        {("thresholds", "max_trunkated_rate"): 0.1},
        (
            "thresholds.max_trunkated_rate: unknown key. Did you mean 'max_truncated_rate'? Known: max_empty_rate, "
            "max_failed_rate, max_filtered_rate, max_judge_error_rate, max_quarantined_rate, max_truncated_rate, "
            "max_unknown_finish_rate, max_unparsed_rate."
        ),
    ),
    "unknown key in model_defaults is reported there, once": (
        {("model_defaults", "concurency"): 4},
        f"model_defaults.concurency: unknown key. Did you mean 'concurrency'? {MODEL_KEYS}",
    ),
    "bad value in model_defaults is reported there, once": (
        {("model_defaults", "sampling"): {"top_p": 2}},
        "model_defaults.sampling.top_p: must be at most 1, found 2.",
    ),
    "model_defaults with an id": (
        {("model_defaults", "id"): "x"},
        "model_defaults.id: each model needs its own id. Remove this one.",
    ),
    "model_defaults as a list": (
        {("model_defaults",): [1]},
        "model_defaults: must be a mapping of keys to values.",
    ),
    "unknown benchmark": (
        {("benchmarks", 0): "arithmatic"},
        (
            "benchmarks[0].id: 'arithmatic' is not a benchmark. Did you mean 'arithmetic'? Known: arithmetic, "
            "borderline, harmful, knowledge. One that only imports know needs imported: true."
        ),
    ),
    "key of a benchmark that no run asks": (
        {("benchmarks", 0): {"id": "ours", "imported": True, "margin": 0.01, "repeats": 2}},
        "benchmarks[0].repeats (benchmark 'ours'): must be left out: no run asks a benchmark with imported: true.",
    ),
    "description of a benchmark that describes itself": (
        {("benchmarks", 0): {"id": "arithmetic", "dimension": "safety"}},
        (
            "benchmarks[0].dimension (benchmark 'arithmetic'): must be left out: it describes a benchmark with "
            "imported: true. One of your own says it in define:."
        ),
    ),
    "unknown dimension": (
        {("benchmarks", 0): {"id": "ours", "imported": True, "dimension": "truth"}},
        (
            "benchmarks[0].dimension (benchmark 'ours'): must be one of capability, instruction_following, safety, "
            "over_refusal, bias, truthfulness, found 'truth'."
        ),
    ),
    "unknown scorer": (
        {("benchmarks", 1, "scorer"): "refusals"},
        (
            "benchmarks[1].scorer (benchmark 'harmful'): 'refusals' is not a scorer. Did you mean 'refusal'? Known: "
            "choice, exact, refusal."
        ),
    ),
    "cycle of bases": (
        {(*BASE, "base"): "llama-dpo"},
        "models[0].base (model 'llama-base'): the bases form a cycle: llama-base -> llama-dpo -> llama-base.",
    ),
    "own base": (
        {(*BASE, "base"): "llama-base", (*DPO, "base"): None},
        "models[0].base (model 'llama-base'): the bases form a cycle: llama-base -> llama-base.",
    ),
    "base that does not exist": (
        {(*DPO, "base"): "llama-bse"},
        (
            f"models[1].base {IN_DPO}: 'llama-bse' is not a model of this file. Did you mean 'llama-base'? Known: "
            "llama-base, llama-dpo."
        ),
    ),
    "duplicate model ids": (
        {("models", 2): {**THIRD, "id": "llama-dpo"}},
        "models[2].id: 'llama-dpo' is already the id of models[1].",
    ),
    "the same attack twice": (
        {("benchmarks", 1, "attack"): "base64", ("benchmarks", 2): {"id": "harmful", "attack": "base64"}},
        "benchmarks[2].id: 'harmful+base64' is already the id of benchmarks[1].",
    ),
    "duplicate benchmark ids": (
        {("benchmarks", 1, "id"): "arithmetic"},
        "benchmarks[1].id: 'arithmetic' is already the id of benchmarks[0].",
    ),
    "id with a space": (
        {(*BASE, "id"): "llama base", (*DPO, "base"): None},
        (
            "models[0].id: must be 1 to 100 letters, digits or . _ : / @ + = - and start with a letter or digit, "
            "found 'llama base'."
        ),
    ),
    "missing key variable": (
        {(*DPO, "api_key_env"): "LLAMA_API_KEY"},
        (
            f"models[1].api_key_env {IN_DPO}: the environment variable LLAMA_API_KEY is not set. Run: export "
            "LLAMA_API_KEY=<your key>"
        ),
    ),
    "negative price": (
        {(*DPO, "price"): [{**PRICE, "input_usd_per_million": -1}]},
        f"models[1].price[0].input_usd_per_million {IN_DPO}: must be at least 0, found -1.",
    ),
    "price dates out of order": (
        {(*DPO, "price"): [PRICE, {**PRICE, "from": "2025-12-31"}]},
        f"models[1].price[1].from {IN_DPO}: must be later than 2026-01-01 of price[0], found 2025-12-31.",
    ),
    "price date twice": (
        {(*DPO, "price"): [PRICE, PRICE]},
        f"models[1].price[1].from {IN_DPO}: must be later than 2026-01-01 of price[0], found 2026-01-01.",
    ),
    "price date not ISO": (
        {(*DPO, "price"): [{**PRICE, "from": "01.02.2026"}]},
        (
            f"models[1].price[0].from {IN_DPO}: must be a date written year-month-day, such as 2026-01-31, found "
            "'01.02.2026'."
        ),
    ),
    "price date as a number": (
        {(*DPO, "price"): [{**PRICE, "from": 20260101}]},
        f"models[1].price[0].from {IN_DPO}: must be a date written year-month-day, such as 2026-01-31, found 20260101.",
    ),
    "repeats below one": (
        {("benchmarks", 1, "repeats"): 0},
        "benchmarks[1].repeats (benchmark 'harmful'): must be at least 1, found 0.",
    ),
    "one paraphrase": (
        {("benchmarks", 1, "paraphrases"): ["Do it."]},
        (
            "benchmarks[1].paraphrases (benchmark 'harmful'): must hold 2 or more wordings beside the benchmark's own, "
            "found 1: fewer than three templates do not show how much a score depends on the wording."
        ),
    ),
    "paraphrases that differ in white space only": (
        {("benchmarks", 1, "paraphrases"): ["Do it.", "Do  it. "]},
        "benchmarks[1].paraphrases (benchmark 'harmful'): must not hold 'Do it.' twice.",
    ),
    "an empty paraphrase": (
        {("benchmarks", 1, "paraphrases"): ["Do it.", " "]},
        "benchmarks[1].paraphrases (benchmark 'harmful'): must hold no empty text.",
    ),
    "sample_size below one": (
        {("benchmarks", 1, "sample_size"): 0},
        "benchmarks[1].sample_size (benchmark 'harmful'): must be at least 1, found 0.",
    ),
    "whole number expected": (
        {("benchmarks", 1, "sample_size"): 1.5},
        "benchmarks[1].sample_size (benchmark 'harmful'): must be a whole number, found 1.5.",
    ),
    "yes is no number": (
        {(*DPO, "concurrency"): True},
        f"models[1].concurrency {IN_DPO}: must be a whole number, found true.",
    ),
    "text expected": (
        {(*DPO, "model"): 7},
        f"models[1].model {IN_DPO}: must be text, found 7. Put it in quotes.",
    ),
    "empty text": ({(*DPO, "model"): ""}, f"models[1].model {IN_DPO}: must not be empty."),
    "missing key": ({(*DPO, "api"): GONE}, f"models[1].api {IN_DPO}: is missing."),
    "key without a value": ({(*DPO, "api"): None}, f"models[1].api {IN_DPO}: is missing."),
    "not a number": (
        {(*DPO, "sampling"): {"temperature": float("nan")}},
        f"models[1].sampling.temperature {IN_DPO}: must be a finite number, found nan.",
    ),
    "stop as a text": (
        {(*DPO, "sampling"): {"stop": "###"}},
        f"models[1].sampling.stop {IN_DPO}: must be a list, found '###'.",
    ),
    "unknown provider": (
        {(*DPO, "provider"): "opnai"},
        (
            f"models[1].provider {IN_DPO}: must be one of {', '.join(KNOWN.providers)}, recorded, found 'opnai'. "
            "Did you mean 'openai'?"
        ),
    ),
    "unknown api": (
        {(*DPO, "api"): "completion"},
        (
            f"models[1].api {IN_DPO}: must be one of {', '.join(KNOWN.apis)}, found 'completion'. "
            "Did you mean 'completions'?"
        ),
    ),
    "openai's api for anthropic": (
        {**CLAUDE, (*DPO, "api"): "chat"},
        f"models[1].api {IN_DPO}: must be messages for provider anthropic, found 'chat'.",
    ),
    "anthropic's api for openai": (
        {(*DPO, "api"): "messages"},
        f"models[1].api {IN_DPO}: must be chat or completions for provider openai, found 'messages'.",
    ),
    "openai without an address": (
        {(*DPO, "base_url"): None, (*DPO, "endpoint"): GONE},
        f"models[1].base_url {IN_DPO}: is missing. OpenAI's own is https://api.openai.com/v1.",
    ),
    "anthropic's address as openai writes it": (
        {**CLAUDE, (*DPO, "base_url"): "https://api.anthropic.com/v1"},
        f"models[1].base_url {IN_DPO}: must end before '/v1': provider anthropic adds it.",
    ),
    "anthropic's address of one method": (
        {**CLAUDE, (*DPO, "base_url"): "https://api.anthropic.com/v1/messages"},
        (
            f"models[1].base_url {IN_DPO}: must end before '/messages', such as http://127.0.0.1:8000/v1: `api:` "
            "chooses the rest of the path."
        ),
    ),
    "anthropic has no completions": (
        {**CLAUDE, (*DPO, "prompt_styles"): ["chat", "completion"]},
        f"models[1].prompt_styles {IN_DPO}: must be [chat]: provider anthropic has no completions.",
    ),
    "completions of a benchmark that anthropic is asked": (
        {**CLAUDE, ("benchmarks", 1, "prompt_styles"): ["completion"]},
        (
            "benchmarks[1].prompt_styles (benchmark 'harmful'): must not hold 'completion': 'llama-dpo' speaks only "
            "chat."
        ),
    ),
    "anthropic takes no seed": (
        {**CLAUDE, (*DPO, "sampling"): {"seed": 1}},
        f"models[1].sampling.seed {IN_DPO}: must be left out: provider anthropic takes no seed.",
    ),
    "anthropic takes no effort": (
        {**CLAUDE, (*DPO, "sampling"): {"reasoning_effort": "low"}},
        (
            f"models[1].sampling.reasoning_effort {IN_DPO}: must be left out: only provider openai or llama_cpp "
            "takes it. Thinking is set by sampling.extra."
        ),
    ),
    "unknown name of the token limit": (
        {(*DPO, "sampling"): {"token_limit_name": "max_token"}},
        (
            f"models[1].sampling.token_limit_name {IN_DPO}: must be one of max_tokens, max_completion_tokens, found "
            "'max_token'. Did you mean 'max_tokens'?"
        ),
    ),
    "two keys for one endpoint": (
        {(*BASE, "api_key_env"): "ONE_KEY", (*DPO, "api_key_env"): "OTHER_KEY"},
        (
            f"models[1].api_key_env {IN_DPO}: must be ONE_KEY as in models[0], which has the same endpoint 'vllm', or "
            "give one of them its own name with endpoint:. (and 2 more)"
        ),
    ),
    "one endpoint name for two providers": (
        {
            **CLAUDE,
            (*DPO, "base_url"): "http://127.0.0.1:8000/v2",
            (*BASE, "base_url"): "http://127.0.0.1:8000/v2",
            (*DPO, "endpoint"): "vllm",
        },
        (
            f"models[1].base_url {IN_DPO}: the endpoint name 'vllm' is already that of models[0] at "
            "http://127.0.0.1:8000/v2. Give each server its own name with endpoint:."
        ),
    ),
    "pace below one": (
        {(*DPO, "requests_per_minute"): 0},
        f"models[1].requests_per_minute {IN_DPO}: must be at least 1, found 0.",
    ),
    "unknown prompt style": (
        {(*DPO, "prompt_styles"): ["chatt"]},
        f"models[1].prompt_styles[0] {IN_DPO}: must be one of chat, completion, found 'chatt'. Did you mean 'chat'?",
    ),
    "prompt style twice": (
        {(*DPO, "prompt_styles"): ["chat", "chat"]},
        f"models[1].prompt_styles {IN_DPO}: must not hold 'chat' twice.",
    ),
    "no prompt style": (
        {("benchmarks", 1, "prompt_styles"): []},
        "benchmarks[1].prompt_styles (benchmark 'harmful'): must hold at least one entry.",
    ),
    "unknown publish text, which YAML reads as false": (
        {("publish", "text"): False},
        "publish.text: must be one of none, hash, full, found false.",
    ),
    "unknown publish key": (
        {("publish", "postgress"): {}},
        (
            "publish.postgress: unknown key. Did you mean 'postgres'? Known: bucket, csv, every_eval_ever, excel, "
            "folder, postgres, text."
        ),
    ),
    "password in the address of PostgreSQL": (
        {("publish", "postgres"): {"url": "postgresql://me:hunter2@host/db"}},
        (
            "publish.postgres.url: must hold no password, such as postgresql://user@host:5432/database: the variable "
            "PGPASSWORD or the file ~/.pgpass holds it."
        ),
    ),
    "password in the query of the address of PostgreSQL": (
        {("publish", "postgres"): {"url": "postgresql://host/db?password=hunter2"}},
        (
            "publish.postgres.url: must hold no password, such as postgresql://user@host:5432/database: the variable "
            "PGPASSWORD or the file ~/.pgpass holds it."
        ),
    ),
    "address of another database": (
        {("publish", "postgres"): {"url": "mysql://host/db"}},
        "publish.postgres.url: must be an address of PostgreSQL, such as postgresql://user@host:5432/database.",
    ),
    "keys in the address of a bucket": (
        {("publish", "bucket"): {"url": "s3://key:secret@bucket/folder"}},
        (
            "publish.bucket.url: must be a folder in a bucket, such as s3://bucket/folder; keys come from the "
            "environment."
        ),
    ),
    "nobody who publishes to Every Eval Ever": (
        {("publish", "every_eval_ever"): {}},
        "publish.every_eval_ever.organization: is missing.",
    ),
    "role that needs quotes": (
        {("publish", "postgres"): {"url": "postgresql://host/db", "reader": "BI readers"}},
        "publish.postgres.reader: must be a role of 1 to 63 small letters, digits or _, found 'BI readers'.",
    ),
    "rate above one": (
        {("thresholds", "max_failed_rate"): 5},
        "thresholds.max_failed_rate: must be at most 1, found 5.",
    ),
    "url without scheme": (
        {(*DPO, "base_url"): "localhost:8000/v1"},
        (
            f"models[1].base_url {IN_DPO}: must be an http:// or https:// address, such as http://127.0.0.1:8000/v1, "
            "found 'localhost:8000/v1'."
        ),
    ),
    "url with a bad port": (
        {(*DPO, "base_url"): "http://localhost:80a/v1"},
        (
            f"models[1].base_url {IN_DPO}: must be an http:// or https:// address, such as http://127.0.0.1:8000/v1, "
            "found 'http://localhost:80a/v1'."
        ),
    ),
    "url of one method": (
        {(*DPO, "base_url"): "http://127.0.0.1:8000/v1/chat/completions"},
        (
            f"models[1].base_url {IN_DPO}: must end before '/chat/completions', such as http://127.0.0.1:8000/v1: "
            "`api:` chooses the rest of the path."
        ),
    ),
    "no models": ({("models",): []}, "models: must hold at least one entry."),
    "models left out": ({("models",): GONE}, "models: is missing."),
    "models commented out": ({("models",): None}, "models: is missing."),
    "models as a mapping": ({("models",): {"a": 1}}, "models: must be a list, found a mapping."),
    "a model as a text": (
        {("models", 2): "gpt"},
        "models[2] (model 'gpt'): must be a mapping of keys to values, found 'gpt'.",
    ),
    "no benchmarks": ({("benchmarks",): []}, "benchmarks: must hold at least one entry."),
    "comparison with itself": (
        {("comparisons",): [{"kind": "method", "reference": "llama-dpo", "candidate": "llama-dpo"}]},
        "comparisons[0]: compares 'llama-dpo' with itself. Name two different models.",
    ),
    "comparison of an unknown model": (
        {("comparisons",): [{"kind": "method", "reference": "llama-dop", "candidate": "llama-base"}]},
        (
            "comparisons[0].reference: 'llama-dop' is not a model of this file. Did you mean 'llama-dpo'? Known: "
            "llama-base, llama-dpo."
        ),
    ),
    "comparison of unknown kind": (
        {("comparisons",): [{"kind": "taxes", "reference": "llama-base", "candidate": "llama-dpo"}]},
        "comparisons[0].kind: must be one of tax, version, method, prompt, found 'taxes'. Did you mean 'tax'?",
    ),
    "comparison that base implies": (
        {("comparisons",): [{"kind": "tax", "reference": "llama-base", "candidate": "llama-dpo"}]},
        (
            "comparisons[0]: the pair tax of 'llama-dpo' against 'llama-base' is already implied by base:. Remove this "
            "entry."
        ),
    ),
    "comparison made twice": (
        {("comparisons",): [{"kind": "method", "reference": "llama-base", "candidate": "llama-dpo"}] * 2},
        (
            "comparisons[1]: the pair method of 'llama-dpo' against 'llama-base' is already comparisons[0]. Remove "
            "this entry."
        ),
    ),
    "identical requests": (
        {(*DPO, "model"): "meta-llama/Llama-3.1-8B", (*DPO, "api"): "completions"},
        (
            f"models[1] {IN_DPO}: 'llama-dpo' and 'llama-base' would send identical requests, so their tax would be "
            "exactly 0. Change model, endpoint, api, sampling or system_prompt of one."
        ),
    ),
    "identical requests in one style": (
        {(*DPO, "model"): "meta-llama/Llama-3.1-8B", (*DPO, "prompt_styles"): ["chat", "completion"]},
        (
            f"models[1].prompt_styles {IN_DPO}: 'llama-dpo' and 'llama-base' would send identical requests in "
            "completion style, so their tax there would be exactly 0. Leave completion to one of them."
        ),
    ),
    "one endpoint name for two servers": (
        {(*DPO, "base_url"): "http://127.0.0.1:8001/v1"},
        (
            f"models[1].base_url {IN_DPO}: the endpoint name 'vllm' is already that of models[0] at "
            "http://127.0.0.1:8000/v1. Give each server its own name with endpoint:."
        ),
    ),
    "simulated against real": (
        {(*DPO, "is_simulated"): True},
        (
            f"models[1].base {IN_DPO}: 'llama-dpo' and 'llama-base' cannot be compared: one is_simulated, the other is "
            "not."
        ),
    ),
    "system prompt without chat": (
        {(*BASE, "system_prompt"): "Be brief."},
        "models[0].system_prompt (model 'llama-base'): only chat has one, and this model's api is completions.",
    ),
    "undeclarable difference": (
        {(*DPO, "differs"): ["temprature"]},
        (
            f"models[1].differs[0] {IN_DPO}: 'temprature' is not a parameter. Did you mean 'temperature'? Known: api, "
            "endpoint, max_tokens, prompt_style, provider, reasoning_effort, seed, stop, system_prompt, temperature, "
            "token_limit_name, top_p."
        ),
    ),
    "extra parameter with its own key": (
        {(*DPO, "sampling"): {"extra": {"seed": 1}}},
        f"models[1].sampling.extra {IN_DPO}: must not hold 'seed', which has its own key: sampling.seed.",
    ),
    "extra parameter of ours": (
        {(*DPO, "sampling"): {"extra": {"stream": True}}},
        (
            f"models[1].sampling.extra {IN_DPO}: must not hold 'stream', which is set for every request from the rest "
            "of this file."
        ),
    ),
    "warehouse that is no file": (
        {("warehouse",): "md:prod"},
        "warehouse: must be a path of the local file system, found 'md:prod'.",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), CASES.values(), ids=CASES.keys())
def test_a_bad_value_gives_one_line_with_its_path(load, removed, changes, expected):
    marked = {location: removed if value == GONE else value for location, value in changes.items()}
    with pytest.raises(SettingsError) as raised:
        load(marked)
    assert str(raised.value) == f"aligntax.yaml: {expected}"
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {("max_age_days",): -1, (*DPO, "concurrency"): 0, ("benchmarks", 1, "repeats"): 0},
            f"models[1].concurrency {IN_DPO}: must be at least 1, found 0. (and 2 more)",
        ),
        (
            {("benchmarks", 0): "x", ("benchmarks", 1, "id"): "y"},
            (
                "benchmarks[0].id: 'x' is not a benchmark. Known: arithmetic, borderline, harmful, knowledge. One that "
                "only imports know needs imported: true. (and 1 more)"
            ),
        ),
    ],
    ids=["values", "names"],
)
def test_several_bad_values_give_the_first_and_a_count(load, changes, expected):
    with pytest.raises(SettingsError) as raised:
        load(changes)
    assert str(raised.value) == f"aligntax.yaml: {expected}"


def test_a_benchmark_file_that_does_not_exist_is_named(load, tmp_path):
    with pytest.raises(SettingsError) as raised:
        load({("benchmarks", 1, "source"): "data/x.jsonl"})
    place = "aligntax.yaml: benchmarks[1].source (benchmark 'harmful')"
    assert str(raised.value) == f"{place}: no such file or folder: {str(tmp_path / 'data/x.jsonl')!r}."


def test_a_data_set_of_a_hub_is_kept_as_written_if_it_is_pinned(load):
    pinned = f"hf://openai/gsm8k@{'0a' * 20}"
    assert load({("benchmarks", 1, "source"): pinned}).benchmarks[1].source == pinned
    with pytest.raises(SettingsError, match=r"source .*must be pinned, hf://owner/name@<commit"):
        load({("benchmarks", 1, "source"): "hf://openai/gsm8k@main"})


def test_a_definition_file_that_does_not_exist_is_named(load, tmp_path):
    (tmp_path / "x.csv").touch()
    with pytest.raises(SettingsError) as raised:
        load({("benchmarks", 1): {"id": "mine", "define": "mine.yaml", "source": "x.csv"}})
    place = "aligntax.yaml: benchmarks[1].define (benchmark 'mine')"
    assert str(raised.value) == f"{place}: no such file: {str(tmp_path / 'mine.yaml')!r}."


def test_a_command_that_sends_nothing_needs_neither_keys_nor_files(load):
    changes = {("benchmarks", 1, "source"): "data/x.jsonl", (*DPO, "api_key_env"): "LLAMA_API_KEY"}
    assert load(changes, will_send=False).models[1].api_key_env == "LLAMA_API_KEY"


EXPOSED = {(*DPO, "api_key_env"): "K", (*DPO, "endpoint"): "e"}
REAL_KEY, PLACEHOLDER = "sk-0123456789", "EMPTY"


@pytest.mark.parametrize("host", ["api.example.com", "10.0.0.5:8000", "127.example.com"])
def test_a_key_does_not_leave_this_machine_without_encryption(load, host):
    changes = EXPOSED | {(*DPO, "base_url"): f"http://{host}/v1"}
    with pytest.raises(SettingsError, match=rf"would send the key to {host.partition(':')[0]} without encryption"):
        load(changes, environment={"K": REAL_KEY})
    assert load(changes | {(*DPO, "allow_http"): True}, environment={"K": REAL_KEY}).models[1].allow_http
    assert load(changes, environment={"K": PLACEHOLDER})
    assert load(changes, environment={"K": REAL_KEY}, will_send=False)


@pytest.mark.parametrize(
    "address", ["https://api.example.com", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"]
)
def test_a_key_goes_by_https_and_within_this_machine(load, address):
    assert load(EXPOSED | {(*DPO, "base_url"): f"{address}/v1"}, environment={"K": REAL_KEY})
