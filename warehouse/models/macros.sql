-- Rules that several models and queries apply, each written once.

-- What an answer is worth. An answer that was not found in the text is worth what the rule says; NULL where the rule
-- leaves it out.
create or replace macro staging.value_by_rule(outcome, value_parsed, unparsed_rule, chance_score) as
case
    when outcome <> 'unparsed' then value_parsed
    when unparsed_rule = 'wrong' then 0
    when unparsed_rule = 'chance' then chance_score
end;

-- The dimensions whose losses are taxes. reports.safety has the other dimensions.
create or replace macro staging.is_capability(dimension) as
dimension in ('capability', 'instruction_following');

-- Whether a p-value is significant at the level of 5%, which every report uses.
create or replace macro staging.is_significant(p_value) as
coalesce(p_value < 0.05, false);

-- The same, where it also holds whatever the missing answers were: their limits lie on the side of the tax.
create or replace macro staging.is_significant_whatever_is_missing(p_value, tax, identified_low, identified_high) as
staging.is_significant(p_value)
and coalesce(case when tax > 0 then identified_low > 0 else identified_high < 0 end, false);

-- Whether a flag is among flags that are separated by commas.
create or replace macro staging.has_flag(flags, flag) as
list_contains(string_split(flags, ','), flag);

-- Whether nearly all answers are the same one, and not because it is nearly always right: at least nine in ten, and
-- eight in ten where another answer is right. From seven such questions on, a model that says one thing half of the
-- time looks like that in at most 1 of 93 cells.
create or replace macro staging.is_one_answer(count_same, count_answers, count_same_and_wrong, count_other_right) as
count_other_right >= 7
and count_same >= 0.9 * count_answers
and count_same_and_wrong >= 0.8 * count_other_right;

-- Whether so many answers are empty, two in a hundred, that they alone could be a tax of two points.
create or replace macro staging.is_often_empty(count_empty, count_answers) as
count_empty > 0 and count_empty >= 0.02 * count_answers;

create or replace macro staging.hastings(t) as
t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);

-- The number that a standard normal variable exceeds with a probability below one half, to 0.0005: Hastings'
-- approximation, Abramowitz and Stegun 1964, 26.2.23.
create or replace macro staging.upper_quantile(probability) as
staging.hastings(sqrt(-2 * ln(probability)));

-- The smallest fall after R reference nights that any test at a level sees with a power of 90%, however many nights
-- follow: the reference alone varies by this much.
create or replace macro staging.smallest_visible_fall(level, tolerance, night_standard_error, count_reference) as
tolerance
+ (staging.upper_quantile(level) + staging.upper_quantile(0.1)) * night_standard_error / sqrt(count_reference);

-- Sets of outcomes as numbers, one bit each: bit_or() of them takes a tenth of the time and memory of a list of texts.
create or replace macro staging.outcomes() as
[
    'correct', 'failed', 'filtered', 'incorrect', 'judge_error', 'not_run', 'partial', 'quarantined', 'refused',
    'truncated', 'unparsed'
];

create or replace macro staging.outcome_bit(outcome) as
1 << list_position(staging.outcomes(), outcome);

-- The outcomes of a set in alphabetical order; NULL for no set.
create or replace macro staging.outcomes_of(bits) as
case
    when bit_count(bits) = 1 then staging.outcomes()[log2(bits)::bigint]
    when bits is not null
        then array_to_string(list_filter(staging.outcomes(), lambda one: (bits & staging.outcome_bit(one)) > 0), ', ')
end;

-- The mean of means that are rounded already. They are added as decimals, which gives the same sum in every order; a
-- sum of floating-point numbers can lie on either side of half a digit.
create or replace macro staging.mean_of_means(means, weights) as
round(sum(means::decimal(18, 12) * weights)::double / nullif(sum(weights) filter (where means is not null), 0), 12);

-- The run that was started last for a night, voided or not.
create or replace macro staging.newest_run_of_night(night) as table
    select run_id
    from raw.runs
    where kind = 'nightly' and as_of_date = night
    qualify row_number() over (
        order by started_at desc, run_id desc
    ) = 1;
