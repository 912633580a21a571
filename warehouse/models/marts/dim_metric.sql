-- One row per metric that is no mean of values over items.
select
    known.metric,
    known.title,
    known.higher_is_better
from (
    values
    ('bias_ambiguous', 'Bias score, ambiguous contexts', false),
    ('bias_disambiguated', 'Bias score, disambiguated contexts', false),
    ('nonalignment_cost', 'Accuracy against the stereotype less accuracy along it', true),
    ('corpus_bleu', 'BLEU of the corpus', true),
    ('pass_at_k', 'Chance that one of k programs passes', true)
) as known (metric, title, higher_is_better)
