"""A server on this machine that answers like language models whose true rates are written down.

With it everything from the real client over real HTTP to the published tax can be tried without a key, and the result
can be compared with a known truth. It knows benchmarks and words; it must not know runs or the warehouse.

``truth`` reads the true rates, ``question_index`` recognises a prompt, ``threshold_model`` decides how it is answered,
``phrasing`` and ``logprobs`` turn the decision into text and probabilities. ``respondent`` calls them in this order.
``simulated_judge`` answers rubrics instead of questions. ``openai_format`` and ``anthropic_format`` read requests and
shape answers as the vendors do, ``faults`` says what goes wrong on the way, and ``asgi`` serves all of it over HTTP.
"""
