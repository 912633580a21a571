"""Boxes in layers: nothing overlaps, lines end at boxes, and the same input gives the same text."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

from warehouse.catalog.layered_drawing import Box, Row, drawing, standing_alone


def boxes():
    """A far box that is named from two layers away, past a box of the layer between."""
    return {
        "left": Box([Row("left", is_name=True), Row("key", targets=("right",), ends="many")], 2),
        "middle": Box([Row("middle"), *[Row("more")] * 5, Row("same", targets=("right",), ends="one")], 1),
        "lonely": Box([Row("lonely <&>")], 1, is_outside=True),
        "right": Box([Row("right", link="#right")], 0),
    }


def rectangles(svg):
    names = ("x", "y", "width", "height")
    return [
        [float(element.get(name)) for name in names]
        for element in ET.fromstring(svg).iter()
        if element.tag.endswith("rect")
    ]


def test_no_box_overlaps_another_and_all_are_inside_the_picture():
    svg = drawing(boxes(), "Boxes")
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    found = rectangles(svg)
    assert len(found) == 4
    for x, y, wide, high in found:
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
    for (x, y, wide, high), (left, top, broad, tall) in combinations(found, 2):
        assert x + wide <= left or left + broad <= x or y + high <= top or top + tall <= y


def test_a_line_that_passes_a_layer_is_level_between_its_boxes():
    svg = drawing(boxes(), "Boxes")
    (passing,) = re.findall(r'd="[^"]* (\d+)H\d+C', svg)
    middle, lonely = rectangles(svg)[1:3]
    for _, top, _, high in (middle, lonely):
        assert not top < float(passing) < top + high


def test_the_same_boxes_give_the_same_text_and_texts_are_escaped():
    assert drawing(boxes(), "Boxes") == drawing(boxes(), "Boxes")
    assert "lonely &lt;&amp;&gt;" in drawing(boxes(), "Boxes")


def test_a_file_of_its_own_has_the_style():
    svg = drawing(boxes(), "Boxes")
    assert "<style>" not in svg
    assert standing_alone(svg).count("prefers-color-scheme: dark") == 1
    ET.fromstring(standing_alone(svg))
