"""A loopback server that answers like language models whose true rates are written down.

It exists so that the whole way, from the real client over real HTTP to the published tax, can be tried without a key
and judged against a known truth. It knows benchmarks and words; it knows nothing of runs, scorers or the warehouse.
"""
