# ruff: noqa: E501, RUF001 - a form is one line, and typographic characters are what is tested
"""Letters as models write them: in JSON, in tags, in other languages and scripts, ruled out and taken back."""

from __future__ import annotations

import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer

CITIES = ("Quito", "Lima", "Bogota", "Caracas")


def verdict(text, choices=CITIES):
    return scorer("choice").score(Item("i", "q", "C", "c", "s", choices), text)


MARKED = [
    '{"answer": "C"}',
    "{'answer': 'C'}",
    '{"answer": "C) Bogota"}',
    '{"answer": "c"}',
    '{"Answer": "(C)"}',
    '{"ANSWER":"C."}',
    '{"answer": "Bogota"}',
    '{"final_answer": "C"}',
    '{"finalAnswer": "C"}',
    '{"answer_letter": "C"}',
    '{"choice": "C"}',
    '{"correct_option": "C"}',
    '{"selected_option": {"letter": "C", "text": "Bogota"}}',
    '{"result": {"answer": {"value": "C"}}}',
    '{"answer": ["C"]}',
    '{"x": "C"}',
    '{"reasoning": "A is wrong, B too.", "answer": "C"}',
    '{"answer": "C", "explanation": "A and B are in other countries."}',
    '{"answer": "C", "confidence": 0.9}',
    '{"A": false, "B": false, "C": true, "D": false}',
    '{"C": "Bogota"}',
    '["C"]',
    '```json\n{"answer": "C"}\n```',
    '```\n{"answer": "C"}\n```',
    'Here is the JSON:\n```json\n{\n  "answer": "C"\n}\n```\nA is wrong.',
    'Sure! {"answer": "C"} Hope this helps. A',
    '{"answer": "C",}',
    "{answer: C}",
    '{"answer": C}',
    '{"answer": "C"',
    '"C"',
    "answer: C\nreason: A is in another country",
    '{"respuesta": "C"}',
    '{"答案": "C"}',
    '{"réponse": "C"}',
    "<answer>C</answer>",
    "<answer> C </answer>",
    "<answer>(C)</answer>",
    "<answer>C. Bogota</answer>",
    "<answer>Bogota</answer>",
    "<ANSWER>C</ANSWER>",
    "<answer>C",
    "<answer>\nC\n</answer>",
    "<answer>C</answer>\nHope this helps. A",
    "<final>C</final>",
    "<final_answer>C</final_answer>",
    "<choice>C</choice>",
    "<option>C</option>",
    "<answer>\\boxed{C}</answer>",
    "[ANSWER] C [/ANSWER]",
    "[answer]C[/answer]",
    "[[C]]",
    "<<<C>>>",
    "Final verdict: [[C]]",
    "\\boxed{C}",
    "\\boxed{\\text{C}}",
    "$\\boxed{\\textbf{(C)}}$",
    "\\boxed{\\mathrm{C}}",
    "\\boxed{\\mathbf{C}}",
    "\\boxed{C. Bogota}",
    "\\boxed{\\text{C: Bogota}}",
    "\\boxed{(C)}",
    "\\boxed{\\text{Bogota}}",
    "\\boxed{Bogota}",
    "\\boxed{\\text{Option C}}",
    "\\boxed {C}",
    "\\fbox{C}",
    "$$\\boxed{C}$$",
    "\\(\\boxed{C}\\)",
    "\\boxed{\\text{(C) Bogota}}",
    "\\boxed{x = 3}. Answer: C",
    "The answer is $C$.",
    "The answer is \\(C\\).",
    "The answer is $\\text{C}$.",
    "The answer is $\\textbf{(C)}$",
    "Answer: $\\mathbf{C}$",
    "The answer is \\textbf{C}.",
]
QUOTED = [
    "The best answer is “C”",
    "The answer is «C».",
    "The answer is „C“",
    "The answer is 'C'.",
    'The answer is "C".',
    "The answer is `C`.",
    "The answer is ‘C’.",
    "Answer: **C**",
    "Answer: *C*",
    "Answer: __C__",
    "Answer: [C]",
    "Answer: {C}",
    "Answer: 「C」",
    "答案：『C』",
    "答案：【C】",
    "(C)",
    "[C]",
    "{C}",
    "“C”",
    "«C»",
    "`C`",
    "'C'",
    "**(C)**",
    "C)",
    "(c)",
    "C!",
    "C :)",
    "> C",
    "- C",
    "# C",
    "* C",
    "$C$",
    "\\(C\\)",
    "**C**. Bogota",
    "**C) Bogota**",
    "**C.** Bogota",
    "*C*",
    "“Bogota”",
    "**Bogota**",
    "Bogota!",
    '"C. Bogota"',
]
BEHIND = [
    "C, because the other three belong to other countries.",
    "C because it is in Colombia.",
    "C since it is there",
    "C - Bogota",
    "C – Bogota is in Colombia",
    "C: Bogota",
    "C is correct.",
    "C is the correct answer.",
    "C is right",
    "C is the right choice",
    "C is the best answer.",
    "C would be the correct option.",
    "C seems to be correct",
    "C it is.",
    "(C) is correct.",
    "**C** is correct.",
    "Option C is correct.",
    "Option C",
    "Choice C.",
    "option (C)",
    "Letter C",
    "OPTION C",
    "C is the correct answer. A is a common mistake.\nSo not A",
    "The answer should be C. A is wrong.",
    "The answer must be C.",
    "The answer would be C",
    "The answer seems to be C.",
    "The answer is most likely C.",
    "The answer is probably (C).",
    "The answer is clearly option C.",
    "The answer is: option C",
    "The correct answer is option (C).",
    "The correct answer is the letter C.",
    "The answer's C.",
    "The correct choice: C",
    "Correct answer: C",
    "Correct option: C",
    "Final answer: C",
    "Final Answer - C",
    "My answer: C",
    "Answer → C",
    "Answer = C",
    "ANSWER: C",
    "answer:C",
    "Answer : C",
    "Answer -> C",
    "Answer (letter): C" if False else "Answer letter: C",
    "The letter is C.",
    "My choice is C",
    "I choose C.",
    "I would choose C.",
    "I pick C",
    "I'd go with C.",
    "I'll go with option C.",
    "I'm going with C.",
    "I select (C).",
    "The answer is C, not A.",
    "The answer is C rather than A.",
    "The answer is C and not A.",
    "The answer to this question is C.",
    "Bogota (C) is correct.",
    "Answer:\n\n**C**",
    "### Answer\nC" if False else "### Answer: C",
    "The answer is C\nExplanation: A is in Ecuador, B in Peru.",
    "Answer: C) Bogota\n\nLet me know if you need more!",
    "Thus, the answer is (C) Bogota.",
    "C. Bogota\nA, B and D are wrong.",
    "C (Bogota)",
    "C / Bogota",
    "C Bogota",
    "Of these, C is the best.",
    "Let's go with C",
    "Among A, B, C and D, C is right.",
    "A) no\nB) no\nC) yes\nD) no",
    "At first I thought A, but C is better.",
    "A → wrong, C → right",
    "C is better than A",
    "I choose option C over A",
    "答案C",
    "我认为是C",
    "正确的是C",
    "Cです",
    "C입니다",
    "الخيار C هو الصحيح",
]
RULED_OUT = [
    "I first thought A, but it is C.",
    "I first thought A. The answer is C.",
    "I initially thought the answer was A, but C is correct.",
    "The answer is not A. The answer is C.",
    "The answer isn't A; it's C.",
    "Not A but C",
    "Not A. Not B. So (C)",
    "It can't be A, so it must be (C)",
    "A is wrong. B is wrong. D is wrong. So C",
    "A is incorrect, C is correct.",
    "A: incorrect\nB: incorrect\nC: correct\nD: incorrect",
    "A) wrong\nB) wrong\nC) right\nD) wrong",
    "A ❌\nB ❌\nC ✅\nD ❌",
    "(C), rather than A",
    "C instead of A",
    "C, not A",
    "I choose C rather than A.",
    "Rule out A and B. That leaves (C)",
    "We can eliminate A. C is the answer.",
    "Neither A nor B. The answer is C, excluding D.",
    "The answer is C. A is wrong because Quito is in Ecuador.",
    "C. A is a distractor.",
    "Although A is tempting, C is the correct answer.",
    "C is correct. B is not, and A is false.",
    "The answer is C. It is not A.",
    "C, unlike A, is in Colombia.",
    "So C.\nNot A.",
    "**C**\n\nA is wrong.",
    "C is the answer\nwhile A is wrong",
    "Option A is wrong. Option C is right.",
    "Option A is not correct. Option C is.\nSo (C)",
]
CORRECTED = [
    "A. Actually, C.",
    "A. Wait, it's C.",
    "The answer is A. Wait, no, it's C.",
    "The answer is A. Actually, it is C.",
    "A... no, C.",
    "The answer is A. No, the answer is C.",
    "Answer: A\nCorrection: C",
    "Answer: A\n\nSorry, C.",
    "The answer is A. Actually, C is correct.",
    "The answer is A. Hmm, wait, that's wrong. The answer is C.",
    "The answer is A. On second thought, C.",
    "The answer is A. I mean C.",
    "A. Scratch that, C.",
    "The answer is A. Wait, A is wrong because Quito is in Ecuador. C is correct.",
    "Answer: A. Oops, the correct answer is C.",
    "B - no, wait: C",
    "答案是A。不对，应该是C。",
    "Die Antwort ist A. Nein, C.",
    "La réponse est A. En fait, C.",
    "La respuesta es A. En realidad, es C.",
    "Ответ: A. Нет, C.",
]
LANGUAGES = [
    "Die Antwort ist C.", "Die richtige Antwort ist C.", "Die richtige Antwort lautet (C).", "Antwort: C", "Richtige Antwort: C", "Die Lösung ist: Option C." if False else "Lösung: Antwort C." if False else "Option C ist richtig.", "C ist richtig.", "C ist die richtige Antwort.", "Ich wähle C.", "Antwort C ist korrekt.",
    "La réponse est C.", "La bonne réponse est la C.", "La réponse correcte est (C).", "Réponse : C", "C'est la réponse C.", "La réponse est l'option C.", "C est correct.", "C est la bonne réponse.", "Je choisis C.", "Bonne réponse : C",
    "La respuesta es C.", "La respuesta correcta es la C.", "La respuesta correcta es: C", "Respuesta: C", "La opción correcta es la C.", "C es correcta.", "C es la respuesta correcta.", "Elijo C.", "La respuesta correcta es la opción C.",
    "La risposta è C.", "La risposta corretta è la C.", "Risposta: C", "C è corretta.", "L'opzione corretta è C.", "C è la risposta corretta.",
    "A resposta é C.", "A resposta correta é a C.", "A resposta correta é C.", "Resposta: C", "A alternativa correta é C.", "A alternativa correta é a letra C.", "C está correta.",
    "Het antwoord is C.", "Het juiste antwoord is C.", "Antwoord: C", "C is het juiste antwoord.", "C is juist.",
    "Ответ: C", "Ответ: С", "Правильный ответ: C", "Правильный ответ — C.", "Ответ - C", "Верный ответ: C.", "Правильный вариант: C", "Правильный ответ: вариант C.", "C — правильный ответ.", "Ответом является C" if False else "Ответ: (C)",
    "答案是C", "答案是 C。", "答案：C", "答案:C", "正确答案是C。", "正确答案为C", "正確答案是C", "答案為(C)", "选项C", "选C", "选C。", "故选C。", "因此选择C。", "应选C", "C是正确的。", "C是正确答案", "C选项正确", "选项C正确", "选项C是正确的。A是错的。", "本题选C", "答：C", "所以答案是（C）。", "最终答案：C",
    "正解はC", "正解はCです。", "答えはCです。", "答え：C", "回答：C", "正解はCで、Aではありません。", "Cが正解です。", "選択肢Cが正しい。", "解答はC",
    "정답은 C입니다.", "정답: C", "정답은 C", "답: C", "답은 (C)입니다.", "C가 정답입니다.", "정답은 C번입니다.",
    "الإجابة هي C", "الإجابة الصحيحة هي C.", "الإجابة: C", "الجواب: C", "الإجابة: ج", "الإجابة الصحيحة هي (ج)", "الخيار ج" if False else "الخيار الصحيح هو ج", "ج", "(ج)", "ج) بوغوتا",
    "Cevap: C", "Jawaban: C", "Đáp án: C", "Odpowiedź: C", "उत्तर: C",
    "Ａ" if False else "Ｃ", "Ⓒ", "（Ｃ）", "Answer: Ｃ", "答案：Ｃ", "С", "С.", "Answer: С", "The answer is Ϲ", "𝐂", "𝗖", "🅲", "③", "정답은 ③", "Answer: 𝐂", "다)", "C\u200b", "\ufeffC", "Γ",
]  # fmt: skip


@pytest.mark.parametrize("text", [*MARKED, *QUOTED, *BEHIND, *RULED_OUT, *CORRECTED, *LANGUAGES])
def test_the_chosen_letter_is_found(text):
    found = verdict(text)
    assert (found.answer, found.outcome) == ("C", Outcome.CORRECT)


@pytest.mark.parametrize(
    "text",
    [
        "C or D", "The answer is C or D.", "The answer is either C or D.", "It is either C or D.", "The answer is C and D.", "Answer: C, D", "Answer: C/D", "Answer: C & D", "Both C and D are correct.", "Answer: (C) or (D)",
        "C und D", "Die Antwort ist C oder D.", "La réponse est C ou D.", "La respuesta es C o D.", "Ответ: C или D", "答案是C或D", "答案是C和D", "正解はCまたはD", "정답은 C 또는 D",
        "Not A", "The answer is not C.", "It isn't C", "C is wrong.", "C is incorrect", "C is not correct.", "C can be ruled out.", "Neither C nor D.", "The answer is CD", "Answer: C+D", "C is right. D is right.", "C: correct\nD: correct",
        "The answer is C. No, C is wrong.", "None of them.", "I don't know.", "All of the above", "Vitamin C is important", "C'est la vie", "C++", "C-section", "A. Quito\nB. Lima\nC. Bogota\nD. Caracas", '{"answer": ["C", "D"]}', '{"answer": null}', '{"answer": "C or D"}',
    ],
)  # fmt: skip
def test_no_letter_or_several_are_unparsed(text):
    assert verdict(text).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is C. Actually, D.", "D"), ("C. Wait, it's D", "D"), ("I first thought C, but it's D", "D"), ("The answer is D. C is wrong.", "D"), ("A, because it is high.", "A"), ("A is correct.", "A"), ("Option A is right", "A"),
        ("Answer: C\nAnswer: D", "D"), ("<answer>C</answer> No: <answer>D</answer>", "D"), ("The answer is (B) because statement B is false.", "B"), ("Which is not true? B is false, so the answer is (B).", "B"), ("الإجابة: ب", "B"), ("В", "B"), ("Answer: В", "B"), ("答案是A，不是C", "A"),
    ],
)  # fmt: skip
def test_another_letter_is_wrong(text, answer):
    found = verdict(text)
    assert (found.answer, found.value) == (answer, 0.0)


@pytest.mark.parametrize(
    "text",
    ["I think it is hard to say", "A good question is hard to find", "As an AI, I cannot say", "A: I do not know"],
)
def test_articles_and_pronouns_are_no_letters(text):
    assert verdict(text, tuple("abcdefghi")).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    "text",
    ["C. Lima", "C) Quito", "**C. Caracas**", "The answer is C. Lima", "The answer is C (Lima).", "\\boxed{C. Lima}"],
)
def test_a_letter_with_the_text_of_another_option_is_unparsed(text):
    assert verdict(text).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    "text", ["C. Bogota", "C: Bogota.", "The answer is C. It is Bogota, not Lima.", "C. Lima is the capital of Peru."]
)
def test_other_words_behind_a_letter_change_nothing(text):
    assert (verdict(text).answer, verdict(text).value) == ("C", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "It is Bogota.",
        "The capital of Colombia is Bogota.",
        "The correct answer is the city of Bogota.",
        "I believe it's bogota",
        "Based on the map, Bogota.",
    ],
)
def test_a_short_answer_that_names_one_option_has_chosen_it(text):
    found = verdict(text)
    assert (found.value, found.answer, found.is_final) == (1.0, "C", False)


@pytest.mark.parametrize(
    "text",
    [
        "Both Bogota and Lima are capitals.",
        "It is not Bogota.",
        "Bogota or another city.",
        "Is it Bogota?",
        "It might be Bogota.",
        "Bogotans live there.",
        "Bogota is high in the mountains. " + "Many people live there and like it. " * 9,
    ],
)
def test_an_option_that_is_only_spoken_of_is_not_chosen(text):
    assert verdict(text).outcome is Outcome.UNPARSED


def test_the_longest_option_counts_where_one_holds_another():
    assert verdict("It is New York City.", ("York", "New York", "New York City", "Lima")).answer == "C"
