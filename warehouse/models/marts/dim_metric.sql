-- One row per metric that is no mean of values over items.
select
    known.metric,
    known.title,
    known.higher_is_better,
    known.is_proportion
from (
    values
    ('bias_ambiguous', 'Bias score, ambiguous contexts', false, true),
    ('bias_disambiguated', 'Bias score, disambiguated contexts', false, true),
    ('nonalignment_cost', 'Accuracy against the stereotype less accuracy along it', true, true),
    ('corpus_bleu', 'BLEU of the corpus', true, true),
    ('word_perplexity', 'Perplexity per word', false, false),
    ('byte_perplexity', 'Perplexity per byte', false, false),
    ('pass_at_k', 'Chance that one of k programs passes', true, true)
) as known (metric, title, higher_is_better, is_proportion)
