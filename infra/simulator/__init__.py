"""A loopback server that answers like language models whose true rates are written down.

It exists so that the whole way, from the real client over real HTTP to the published tax, can be tried without a key
and judged against a known truth. It knows benchmarks and words; it knows nothing of runs, scorers or the warehouse.

``truth`` says what is true, ``draw`` decides from it, ``phrasing`` and ``logprobs`` put the decision in words and
figures, ``answering`` ties them together; ``openai_format`` and ``anthropic_format`` are the vendors' shapes,
``faults`` is what goes wrong on the way, ``app`` the HTTP in front of it all.
"""
