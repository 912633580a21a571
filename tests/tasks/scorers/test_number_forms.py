# ruff: noqa: E501, RUF001 - a form is one line, and typographic characters are what is tested
r"""Numbers as models write them: in TeX, in words, with units, in other languages and scripts; and those that are unclear."""

from __future__ import annotations

import time

import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer


def verdict(target, text):
    return scorer("numeric").score(Item("i", "q", target, "c", "s"), text)


RIGHT = {
    "1234": [
        "\\boxed{1\\,234}", "The answer is $1\\;234$.", "The answer is $1\\!234$", "\\boxed{1{,}234}", "The answer is $1,\\!234$.", "The answer is $1~234$", "\\boxed{1,234}", "The answer is 1,234.", "The answer is 1 234.", "The answer is 1\u00a0234.", "The answer is 1\u202f234.",
        "The answer is 1'234.", "The answer is 1’234.", "The answer is 1_234.", "The answer is 1234.00", "The answer is 1,234.00.", "Die Antwort ist 1.234.", "Die Antwort lautet 1.234,00 Euro.", "La respuesta es 1.234.", "La risposta è 1.234.", "A resposta é 1.234,00.", "La réponse est 1 234.",
        "Het antwoord is 1.234.", "Ответ: 1 234.", "Ответ: 1234", "答案是1,234。", "答案：1234元", "正解は1234です。", "정답은 1,234입니다.", "الإجابة هي ١٢٣٤", "الإجابة: ١٬٢٣٤", "The answer is １２３４.", "答案是１，２３４", "The answer is one thousand two hundred thirty-four.", "The answer is $1.234 \\times 10^3$.", "The answer is 1.234e3",
        "\\boxed{\\text{1234 apples}}", "\\boxed{1234\\text{ apples}}", "\\boxed{1234\\ \\text{apples}}", "\\boxed{\\$1,234}", "$\\boxed{1234}$", "\\[\\boxed{1234}\\]", "The answer is \\(1234\\).", "The answer is **1,234**.", "Answer: `1234`", 'Answer: "1234"', "<answer>1234</answer>", "<answer>1,234 apples</answer>", '{"answer": 1234}', '{"answer": "1,234"}', '```json\n{"answer": 1234.0}\n```', '{"reasoning": "5 times", "answer": 1234}', '{"final_answer": {"value": 1234, "unit": "m"}}',
        "The final answer is: 1234", "Final Answer: The final answer is 1234. I hope it is correct.", "Final answer = 1234", "Answer → 1234", "ANSWER: 1234", "The answer should be 1234.", "The correct answer would be 1234", "The answer (in dollars): 1234", "#### 1234", "####1234", "#### $1,234", "A: 1234", "The answer is x = 1234.", "The answer is 1000 + 234 = 1234", "The answer is 1/2 of 2468 = 1234", "The answer is about 1234.", "The answer is approximately 1,234", "The answer is approx. 1234", "The answer is ≈ 1234", "The answer is ~1234", "The answer is exactly 1234.", "The answer is 1234!",
        "The answer is not 1200 but 1234.", "The answer is 1200. Wait, no, the answer is 1234.", "The answer is 1200. Actually, it's 1234.", "The answer is 1200. Correction: 1234", "The answer is $1,234 in total, for 5 days.", "So she has 1234 in all.", "It makes 1,234", "The answer is USD 1,234.", "The answer is 1234 USD", "The answer is Rs. 1,234", "The answer is ₹1,234", "The answer is 1.234 km. Denn 2,5 und 3,75" if False else "Es sind 2,5 und 3,75. Die Antwort: 1.234 km",
    ],
    "0.5": ["\\boxed{\\frac12}", "\\boxed{\\frac{1}{2}}", "\\boxed{\\dfrac{1}{2}}", "\\boxed{\\tfrac12}", "\\boxed{\\frac 1 2}", "\\boxed{\\frac1{2}}", "\\boxed{1 \\over 2}", "The answer is ${1\\over2}$", "The answer is 1/2.", "The answer is ½.", "The answer is 1⁄2", "The answer is 0,5.", "Die Antwort ist 0,5.", "The answer is .5", "The answer is 50%.", "The answer is 50\\%", "The answer is one half.", "The answer is half a dollar or $0.50." if False else "The answer is a half.", "The answer is 5 \\times 10^{-1}", "The answer is 2^{-1}", "The answer is 2/4", "The answer is 0.50", "The answer is 1/2 or 0.5.", "The answer is 0.5 (or 50%)."],
    "3.5": ["The answer is $3\\frac{1}{2}$.", "The answer is 3 1/2.", "The answer is 3½.", "The answer is 3 ½", "The answer is 3 and 1/2.", "The answer is 3 and a half.", "The answer is three and a half.", "The answer is 7/2", "\\boxed{3\\tfrac12}", "\\boxed{3 \\dfrac{1}{2}}", "The answer is 3.5 hours", "Die Antwort ist 3,5.", "La réponse est 3,5 heures", "The answer is three point five.", "\\boxed{\\frac{7}{2}}", "The answer is 3.50"],
    "4.5": ["The answer is 4½.", "The answer is 4 1/2", "\\boxed{4\\frac{1}{2}}"],
    "-3.5": ["The answer is -3 1/2.", "The answer is $-3\\frac{1}{2}$", "The answer is −3.5", "The answer is -7/2", "\\boxed{-\\frac{7}{2}}", "The answer is minus 3.5"],
    "-3": ["The answer is −3.", "The answer is –3.", "The answer is -3", "The answer is ﹣3", "The answer is －3", "The answer is minus 3", "The answer is negative 3.", "The answer is minus three.", "The answer is negative three", "The answer is -$3", "The answer is $-3$.", "\\boxed{-3}", "The answer is - 3", "The answer is ‑3"],
    "1200": ["The answer is $1.2 \\times 10^3$.", "The answer is 1.2 × 10^3", "The answer is 1.2 x 10^3", "The answer is 1.2*10**3", "The answer is 1.2 \\cdot 10^{3}", "The answer is 1.2e3", "The answer is 1.2E+3", "The answer is 1.2 × 10³.", "The answer is twelve hundred.", "The answer is 1.2k", "The answer is 1.2 thousand"],
    "1000000": ["The answer is 10^6.", "The answer is 10^{6}", "The answer is 10⁶", "The answer is 1 million.", "The answer is one million.", "The answer is a million.", "The answer is $1M", "The answer is 1,000,000", "The answer is 10,00,000", "The answer is 1.000.000", "The answer is 1 000 000", "La respuesta es 1.000.000.", "The answer is 1 × 10^6", "答案是100万", "Die Antwort ist 1 Million." , "La réponse est 1 million", "The answer is 10 lakh"],
    "2500000": ["The answer is $2.5 million.", "The answer is 2.5 million", "Die Antwort ist 2,5 Millionen.", "Die Antwort ist 2,5 Mio. Euro", "La réponse est 2,5 millions.", "La respuesta es 2,5 millones", "The answer is $2.5M.", "The answer is 2.5 Million dollars", "答案是250万", "Ответ: 2,5 млн", "The answer is 2,500,000", "The answer is 2.5 × 10^6"],
    "1200000000": ["The answer is 1.2bn", "The answer is $1.2 billion.", "Die Antwort ist 1,2 Milliarden.", "The answer is 1.2 bn", "Die Antwort ist 1,2 Mrd.", "答案是12亿"],
    "3000": ["The answer is 3k.", "The answer is 3K", "The answer is 3 thousand", "The answer is three thousand.", "Die Antwort ist 3 Tausend.", "Die Antwort ist dreitausend."],
    "1024": ["The answer is 2^{10}.", "The answer is 2^10", "The answer is 2**10", "The answer is 2¹⁰", "\\boxed{2^{10}}"],
    "7": ["The answer is seven.", "The answer is Seven.", "Seven.", "Seven apples", "The answer is: **seven**", "\\boxed{\\text{seven}}", "Die Antwort ist sieben.", "La réponse est sept.", "La respuesta es siete.", "La risposta è sette.", "A resposta é sete.", "Het antwoord is zeven.", "答案是七", "答案是7个", "The answer is 7th" if False else "The answer is 7.", "The answer is VII, 7" if False else "The answer is seven (7)."],
    "21": ["The answer is twenty-one.", "The answer is twenty one.", "Die Antwort ist einundzwanzig.", "La réponse est vingt et un.", "La respuesta es veintiuno.", "答案是二十一"],
    "105": ["The answer is one hundred and five.", "The answer is one hundred five", "Die Antwort ist hundertfünf.", "答案是一百零五", "The answer is a hundred and five."],
    "12": ["The answer is a dozen.", "The answer is twelve.", "The answer is 12 eggs.", "The answer is a dozen eggs", "The answer is 12 (a dozen).", "The answer is 12 m².", "The answer is 12 m^2", "The answer is 12 cm^{3}.", "The answer is $12x^2$" if False else "The answer is 12km.", "The answer is 12°C", "The answer is $12^\\circ$.", "The answer is 12 square meters", "The answer is 12\\text{ m}^2", "The answer is 12 per 5 days" if False else "The answer is 12/day.", "The answer is x_1 = 12", "The answer is: 1. First, 6 eggs.\n2. Then 6 more.\nThe answer is 12."],
    "18": ["The answer is 18 dollars.", "The answer is 18$", "The answer is $18", "The answer is 18 €", "The answer is €18", "The answer is 18€.", "The answer is £18", "The answer is US$18", "The answer is R$ 18", "The answer is 18 USD.", "The answer is 18, because 9 * 2 = 18.", "The answer is 18 since 3 of 5", "The answer is 18 - Janet sells 9 eggs", "The answer is 18 – she sells 9.", "Answer: 18\n\nQuestion: 5 apples", "18"],
    "18.5": ["The answer is 18 dollars and 50 cents.", "The answer is $18.50.", "The answer is 18,50 €.", "Die Antwort ist 18,50 Euro.", "The answer is 18 1/2"],
    "3:2": ["The answer is 3:2.", "The ratio is 3 : 2", "The answer is 3:2 (3 to 2)."],
    "50%": ["The answer is 50%.", "The answer is 0.5", "The answer is 50 percent."],
    "0.123": ["The answer is 0.123", "The answer is 0,123", "Die Antwort ist 0,123."],
    "1.234": ["The answer is 1.234.", "Es sind 2.5 und 3.75. Die Antwort ist 1.234."],
}  # fmt: skip


@pytest.mark.parametrize(("target", "text"), [(target, text) for target, texts in RIGHT.items() for text in texts])
def test_a_number_is_read_as_it_is_meant(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.answer) == (Outcome.CORRECT, found.answer)


UNCLEAR = [
    "The answer is between 3 and 4.", "The answer is 18 or 20.", "The answer is either 18 or 20", "The answer is 3-4.", "The answer is 3–4 hours", "The answer is 3 to 4", "The answer is from 3 to 4", "The answer is 18 and 20.", "The answer is 18 apples or 20 apples.", "18 or 20", "It is 18 or 20.", "pages 3-4", "The answer is 18 ± 2", "The answer is 18 +/- 2",
    "The answer is at least 18.", "The answer is more than 18", "The answer is less than 18.", "The answer is > 18", "The answer is ≥ 18", "The answer is up to 18", "The answer is not 18.", "The answer is 18 + 2", "The answer is 9 * 2.", "The answer is 9 x 2", "The answer is (3, 18)", "The answer is 3:30.", "The answer is 18:30", "The answer is 2 hours and 18 minutes.", "The answer is 5 feet 18 inches", "The answer is 1.2.3", "The answer is 4 10/3",
    "Die Antwort ist 18 oder 20.", "Die Antwort liegt zwischen 18 und 20. Die Antwort ist zwischen 18 und 20", "La réponse est 18 ou 20.", "La respuesta es 18 o 20", "答案是18或20", "Ответ: 18 или 20", "正解は18または20", "The answer is one of them.", "The answer is no one.", "The answer is 5/0", "no idea", "第一", "答案不一定", '{"answer": [18, 20]}', "The answer is 12/25/2024" if False else "The answer is unknown.",
]  # fmt: skip


@pytest.mark.parametrize("text", UNCLEAR)
def test_a_number_that_can_be_read_in_two_ways_is_unparsed(text):
    assert verdict("18", text).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("1", "The answer is $1\\frac{1}{2}$"), ("2", "The answer is 2 2/3."), ("1", "\\boxed{1\\,234}"), ("10", "The answer is 10^6"), ("3", "The answer is 3k"), ("2.5", "The answer is 2.5 million"), ("1.234", "Die Antwort ist 1.234."), ("1234", "The answer is 1.234"), ("3", "The answer is 3,5"),
        ("12", "The answer is 1/2"), ("7", "The answer is seventy."), ("3", "The answer is -3"), ("0.05", "The answer is 50%"), ("18", "The answer is 18 thousand"), ("2", "The answer is 2^{10}"), ("1", "The answer is 1 million"), ("20", "The answer is twenty-one"),
    ],
)  # fmt: skip
def test_a_part_of_a_number_is_wrong(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value) == (Outcome.INCORRECT, 0.0)


@pytest.mark.parametrize(
    "unit", ["####", "\\boxed{", "answer is ", "1 or ", "1,234 ", "one hundred ", "2^9 ", "½", "\\frac12"]
)
def test_hostile_texts_take_a_bounded_time(unit):
    started = time.process_time()
    verdict("18", (unit * 65_536)[:65_536])
    assert time.process_time() - started < 2
