from tasks.report.symbols import FAMILY_SYMBOLS, SIGNIFICANCE_SYMBOLS, family_symbols


def test_results_and_families_differ_in_shape_as_well_as_in_colour():
    for symbols in (list(SIGNIFICANCE_SYMBOLS.values()), list(FAMILY_SYMBOLS)):
        assert len({symbol.path for symbol in symbols}) == len(symbols)


def test_twice_as_many_families_as_symbols_still_look_different():
    many = family_symbols([str(number) for number in range(2 * len(FAMILY_SYMBOLS))])
    assert len({(symbol.colour, symbol.path, symbol.fill) for symbol in many.values()}) == len(many)
