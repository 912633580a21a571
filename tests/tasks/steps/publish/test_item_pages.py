"""The explorer's data: shards of items, an index, and the data of the publication before for pages that are open."""

import json
import re

from tasks.report.explorer import ExploredItem, write_item_pages
from tasks.steps.publish.item_pages import write_items


def explored(count, text="text"):
    return [
        ExploredItem(
            "quiz",
            f"i{n}",
            f"{n}",
            "all",
            f"Question {n}?",
            "1",
            is_hidden=False,
            answers={"m": ("correct", 1.0, "1", text)},
        )
        for n in range(count)
    ]


def called(path):
    """The arguments of the one call in a file of data."""
    name, arguments = re.fullmatch(r"(\w+)\((.*)\);\n", path.read_text(), re.DOTALL).groups()
    return name, json.loads(f"[{arguments}]")


def data_of(page):
    (name,) = set(re.findall(r"data-\w{12}", page.read_text()))
    return page.parent / name


def test_items_stand_in_shards_and_their_outcomes_in_the_index(tmp_path):
    data = data_of(write_item_pages(explored(250), {"m": None}, "2026-01-31", tmp_path))
    name, (index,) = called(data / "index.js")
    assert (name, index["date"], index["bases"]) == ("aligntaxIndex", "2026-01-31", {"m": None})
    (quiz,) = index["benchmarks"]
    assert [item[0] for item in quiz["items"]] == [f"i{n}" for n in range(250)]
    shards = [called(data / f"items-0-{number}.js") for number in range(3)]
    assert [len(shard[1][2]) for shard in shards] == [100, 100, 50]
    assert shards[2][1][2][49] == ["Question 249?", "1", False, [[0, "1", "text"]]]


def test_a_very_long_text_is_cut(tmp_path):
    data = data_of(write_item_pages(explored(1, "a" * 10_000_000), {}, "2026-01-31", tmp_path))
    assert (data / "items-0-0.js").stat().st_size < 25_000


def test_the_data_before_stay_for_open_pages_and_older_ones_go(tmp_path):
    found = [data_of(write_item_pages(explored(1, text), {}, "2026-01-31", tmp_path)) for text in "abc"]
    assert [path.exists() for path in found] == [False, True, True]
    assert data_of(write_item_pages(explored(1, "c"), {}, "2026-01-31", tmp_path)) == found[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([found[1].name, found[2].name, "index.html"])


def test_a_publication_without_texts_has_a_page_without_items(publication, settings):
    _, (index,) = called(data_of(write_items(publication, settings)) / "index.js")
    assert index["benchmarks"] == []
