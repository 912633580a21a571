from tasks.report.sections.reading_guide import READING_GUIDE


def test_how_to_read_the_page_takes_five_points(make_blocks):
    (explained,) = make_blocks(READING_GUIDE)
    assert len(explained.items) == 5
