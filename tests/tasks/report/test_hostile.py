import json
import re

import pytest

from tasks.report import render_report
from tasks.report.wording import visible

SCRIPT = "<script>alert('x')</script>"
IDS = {
    "script": SCRIPT,
    "closing": "</script></noscript></table><img src=x onerror=alert(1)>",
    "comment": "<!-- <script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "direction": "safe\u202egnp.exe",
    "nul": "a\x00b",
    "template": "{{7*7}} ${7} &lt;b&gt; %s \\u003cscript\\u003e",
    "long": "m" * 300,
}


@pytest.fixture(scope="module", params=sorted(IDS))
def hostile(request, make_frames):
    """A page in which every text of the data is the same hostile one."""
    name = IDS[request.param]
    pair = {"reference_model_id": name + "-base", "candidate_model_id": name, "family": name, "benchmark_id": name}
    notes = {"reason": name, "flags": name}
    frames = make_frames(
        alignment_tax=[
            {**pair, **notes, "metric": name, "tax_relative_reason": name, "tax_relative": None, "kind": kind}
            for kind in ("tax", name)
        ],
        safety=[{**pair, **notes, "metric": name}],
        model_scores=[
            {
                "model_id": model,
                "family": name,
                "benchmark_id": benchmark,
                "dimension": dimension,
                "method": name,
                **notes,
            }
            for model in (name, name + "-base")
            for benchmark, dimension in ((name, "capability"), (name + "-safety", "safety"))
        ],
        coverage=[{"run_id": name, "model_id": name, "benchmark_id": name, "reason": name, "status": name}],
        validations=[{"expectation": name, "detail": name, "run_id": name, "is_success": False}],
        title=name,
    )
    return name, render_report(frames)


def test_the_page_stays_well_formed_and_holds_only_its_own_scripts(hostile, read_page):
    _, markup = hostile
    page = read_page(markup)
    assert page.mistakes == []
    assert len(page.attributes("script")) == 3
    assert page.attributes("img") == []
    assert not [name for _, attributes, _ in page.elements for name in attributes if name.startswith("on")]


def test_the_title_is_the_text_itself_made_visible(hostile, read_page):
    name, markup = hostile
    assert read_page(markup).text("h1") == " ".join(visible(name).split())


def test_no_control_or_direction_character_reaches_the_page(hostile):
    _, markup = hostile
    written = re.sub(r"<script>.*?</script>", "", markup, flags=re.DOTALL)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", written)


def test_the_data_of_the_charts_is_json_without_a_tag(hostile):
    name, markup = hostile
    (data,) = re.findall(r'<script type="application/json" id="chart-data">(.*?)</script>', markup, re.DOTALL)
    assert "<" not in data
    specifications = json.loads(data)
    assert len(specifications) == 3
    values = [value for rows in specifications["chart-tax-1"]["wide"]["datasets"].values() for value in rows]
    assert [value["candidate"] for value in values if "candidate" in value] == [visible(name)]


def test_two_headline_rows_of_one_candidate_keep_their_own_labels(make_frames):
    markup = render_report(make_frames(alignment_tax=[{}, {"prompt_style_candidate": "completion"}, {}]))
    assert "llama-dpo (chat against completion)" in markup
    assert "llama-dpo (chat against completion) (2)" in markup
    assert "llama-dpo (completion against completion)" in markup
