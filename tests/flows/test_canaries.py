"""A key in a variable, echoed by the server in many spellings, and one in an address: no place but theirs holds one."""

from __future__ import annotations

import base64
import html
import itertools
import json
import subprocess
import time
import urllib.parse
from pathlib import Path

import psutil
import pytest

from tests.support.replies import chat_reply, replying
from tests.support.runs import ask_prefect, command, environment
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

KEY = "sk-canary+VARIABLE/0123=456789abcdef"
ADDRESS_KEY = "canary-ADDRESS-0123456789abcdef"
CONFIG = """
warehouse: warehouse.duckdb
publish: {{folder: publish, text: full}}
thresholds: {{max_truncated_rate: null, max_failed_rate: null, max_unparsed_rate: null}}
model_defaults: {{provider: openai, api: chat, max_attempts: 1, api_key_env: CANARY_KEY, is_simulated: true}}
models:
  - {{id: base, model: one, base_url: "http://127.0.0.1:{port}/v1"}}
  - {{id: aligned, model: two, base: base, base_url: "http://{user}127.0.0.1:{port}/v1"}}
benchmarks: [{{id: arithmetic, sample_size: 60}}]
"""


def spellings(key: str) -> list[str]:
    """A key as a server may quote it."""
    escaped = {
        "unicode": "".join(f"\\u{ord(sign):04x}" for sign in key),
        "signs": "".join(sign if sign.isalnum() else f"\\u{ord(sign):04x}" for sign in key),
        "upper": "".join(sign if sign.isalnum() else f"\\u{ord(sign):04X}" for sign in key),
        "octal": "".join(f"\\{ord(sign):03o}" for sign in key),
        "hexadecimal": "".join(f"\\x{ord(sign):02x}" for sign in key),
        "twice": "".join(f"\\\\u{ord(sign):04x}" for sign in key),
        "slashes": key.replace("/", "\\/"),
    }
    percent = {urllib.parse.quote(key, safe=""), "".join(f"%{ord(sign):02x}" for sign in key)}
    percent |= {text.replace("%", "%25") for text in percent} | {text.replace("%", "%2525") for text in percent}
    entities = {"".join(f"&#{ord(sign)};" for sign in key), "".join(f"&#x{ord(sign):x};" for sign in key)}
    entities |= {"".join(f"&#{ord(sign):04d};" for sign in key), "".join(f"&#X{ord(sign):X};" for sign in key)}
    entities |= {html.escape(text) for text in entities} | {key.replace("/", "&sol;").replace("+", "&plus;")}
    coded = [
        encode(before + key.encode() + after).decode()
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
        for before, after in itertools.product(
            (b"", b"x", b"xy", b"xyz", b"key=", b"my ", b"Basic ", b"Bearer "), (b"", b"\n")
        )
    ]
    return [key, *escaped.values(), *percent, *entities, *coded, key.encode().hex(), key.encode().hex().upper()]


@pytest.fixture
def echo():
    """The port of a server that quotes the key it is sent: in answers, in errors and in all around them."""
    said = itertools.cycle(spellings(KEY))
    kinds = itertools.cycle(("answer", "answer", "error", "around"))

    def reply(_asked):
        kind, spelled = next(kinds), next(said)
        if kind == "error":
            return 400, {"error": {"message": f"bad key {spelled}", "code": spelled, "type": spelled, "param": spelled}}
        if kind == "answer":
            return chat_reply(f"It is {spelled}", "m")
        status, document = chat_reply("It is 7", spelled)
        document["choices"][0]["finish_reason"] = spelled
        document["choices"][0]["message"]["reasoning_content"] = f"They sent {spelled}."
        return status, {**document, "id": spelled, "system_fingerprint": spelled}

    with replying(reply) as port:
        yield port


def test_no_file_no_argument_and_no_reply_of_prefect_holds_a_key(tmp_path, echo, prefect_api):
    (tmp_path / "aligntax.yaml").write_text(CONFIG.format(port=echo, user=""))
    homes = {"HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / ".prefect"), "CANARY_KEY": KEY}
    with (tmp_path / "printed").open("w") as printed:
        run = subprocess.Popen(
            command("run", "--as-of", "2026-05-17"),
            cwd=tmp_path,
            env={**environment(prefect_api), **homes},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        arguments = set()
        while run.poll() is None:
            arguments |= command_lines(run.pid)
            time.sleep(0.05)
    assert run.returncode == 0, (tmp_path / "printed").read_text()
    replies = json.dumps([everything(prefect_api, kind) for kind in ("flow_runs", "task_runs", "logs", "artifacts")])
    places = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    places |= {"arguments": "\n".join(arguments).encode(), "replies": replies.encode()}
    places |= unpacked(tmp_path / "warehouse.duckdb") | unpacked(tmp_path / "publish" / "aligntax.duckdb")
    for table in ("raw.generations", "raw.failures"):
        assert b"[key removed]" in places[f"warehouse.duckdb {table}"]
    assert len(set(spellings(KEY))) >= 40
    forbidden = [spelled.encode() for spelled in spellings(KEY)]
    assert [place for place, content in places.items() if any(spelled in content for spelled in forbidden)] == []


def test_a_key_in_an_address_is_refused_without_being_repeated(tmp_path, aligntax):
    (tmp_path / "aligntax.yaml").write_text(CONFIG.format(port=9, user=f"user:{ADDRESS_KEY}@"))
    refused = aligntax(tmp_path, "run", code=2)
    assert "must hold no user, password" in refused.stderr
    assert ADDRESS_KEY not in refused.stdout + refused.stderr
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["aligntax.yaml"]


def unpacked(path: Path) -> dict[str, bytes]:
    """Every table of a DuckDB file, which packs its texts. Parquet files hold the same tables."""
    with Warehouse.read(path) as warehouse:
        names = warehouse.rows("select schema_name || '.' || table_name from duckdb_tables()")[1]
        tables = {name: warehouse.rows(f"from {name}")[1] for (name,) in names}
    return {
        f"{path.name} {name}": "\n".join(str(value) for row in rows for value in row).encode()
        for name, rows in tables.items()
    }


def command_lines(pid: int) -> set[str]:
    """The arguments of a process and its children."""
    try:
        run = psutil.Process(pid)
        return {" ".join(process.cmdline()) for process in (run, *run.children(recursive=True))}
    except psutil.NoSuchProcess:
        return set()


def everything(prefect_api: str, kind: str) -> list[object]:
    """All that Prefect's API shows of a kind."""
    pages: list[object] = []
    while page := ask_prefect(prefect_api, f"{kind}/filter", {"offset": len(pages), "limit": 200}):
        pages.extend(page)
    return pages
