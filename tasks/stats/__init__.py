"""The statistics: pure functions of arrays. They read no clock and no global random state.

A result that is undefined is None with a reason; it is never 0. Import from the module that answers the question:

    paired               an absolute tax with its interval and p-value
    mean                 one model's score with its interval
    ratio                relative and chance-adjusted taxes, by Fieller's theorem
    overall              one tax over several benchmarks
    random_factor        a tax whose training seeds, or wordings, are a sample like its items
    partial_pooling      many taxes at once, each pulled towards their mean
    multiplicity         p-values adjusted for the number of tests
    missing, identified  how far missing answers could change a tax, without and with sampling error
    reliability          how much a score moves by chance alone
    power                how large a tax a design can show, and how many items show a given tax
    exchange, cost       capability lost per harm removed; tokens, money and time
    frontier             a family's frontier, and its tax at a fixed safety
    sweep                a model along a knob: the curve, and the best strength
    mitigation           how much of a tax a mitigation gave back
    monitor              whether tonight is worse than the reference
    agreement            how far two raters agree beyond chance
    prediction_powered   a judge's mean, corrected by people's labels
    bootstrap            metrics that are no mean over items, such as those of bias_scores, bleu and perplexity
    pass_at_k            the chance that one of k programs passes
    unpaired             two published means whose items are not at hand

``estimates``, ``clustered`` and ``score_intervals`` hold what these are built from.
"""
