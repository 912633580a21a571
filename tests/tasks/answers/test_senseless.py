# ruff: noqa: RUF001 - broken and foreign characters are what is tested
import time

import pytest

from tasks.answers.senseless import is_senseless

POEM = (
    "O wind, blow home. "
    "The sea is wide and the lamp is low. O wind, blow home. The night is long and the road is slow. "
)
SENSELESS = {
    "a sentence to the end": "The door opens the door. The door opens the door. The door opens the door. The door op",
    "a phrase": "and then the game of " * 12,
    "a line": "I like it.\n" * 8 + "I li",
    "one word": "yes " * 40,
    "a token": "lamp" * 30,
    "a few sentences in any order": "The sun is over the hill. The moon is over the sea. " * 4
    + "The moon is over the sea. The sun is over the hill. " * 4
    + "The moon is over",
    "other numbers": "".join(f"Step {n}: open the box and look. " for n in range(1, 12)),
    "a loop after a word": "Sure! " + "We can see that we can see that " * 9,
    "two characters": "ha" * 40,
    "letters that stand alone": "t h e g a m e i s o n t h e t a b l e n o w a n d i t",
    "no letter": "... !!! ???",
    "emoji": "😀😀😀",
    "salad": "lamp river seven blue quickly stone paper under green table mouse door salt cloud rope nine wood apple "
    "chair light sand horse bread clock glass leaf king pencil rain shoe button farm hill cup dust road egg fish bell "
    "gold moss",
    "salad of common words": "The lamp of and river the to stone in the is seven, an of blue the and quick "
    "of of paper.",
    "scripts among each other": "тhe ламп 灯在河上 مصباح नदीके दीप 石頭は河 кам 물고기가 أزرق ночь",
    "markers of a template": "<|im_start|><|im_end|><|im_start|><|im_end|>",
    "broken bytes": "Ã©tÃ© Ã  la plage Ã§a va Ãªtre Ã©norme trÃ¨s dÃ©jÃ ",
    "replacement characters": "��� a �� b ���",
}
SENSE = {
    "a sentence": "The capital of Peru is Lima.",
    "a letter": "B",
    "a number": "100000000000000000000000",
    "a fraction": "0.33333333333333333333333333333333333333333333333333333333333333333333",
    "a word": "Lima",
    "a poem with a refrain": POEM,
    "a list": "1. apples\n2. pears\n3. plums\n4. apples",
    "a table": "| a | yes |\n| b | yes |\n| c | no |\n| d | yes |\n| e | yes |",
    "a program": "for i in range(3):\n    print(i)\n    print(i)\nfor j in range(3):\n    print(j)\n    print(j)\n",
    "an answer that loops afterwards": "The ship left the harbour at noon with twelve sailors, a cook and a cat; it "
    "came back in spring with spices, two letters and a map of the coast, and the cat had three kittens by then. "
    + "It was good. "
    * 20,
    "a computation of equal steps": "".join(f"The remainder of {n} by 7 is {n % 7}. " for n in range(9, 20))
    + "So the answer is 5.",
    "German": "Der Hund liegt unter dem Tisch und schläft",
    "Chinese": "要煮米饭，先洗米，然后加水，最后等二十分钟。",
    "one stray broken byte": "The café closes at nine; the other cafÃ© closes at ten, and the bar never closes at all.",
    "a greeting in many languages": "Russian: привет. Chinese: 你好吗. Arabic: مرحبا. Hindi: नमस्ते. Korean: 안녕하세요. "
    "And English says hello.",
    "algebra": "If a is the sum of b and c, then a and b are the roots, and the a in the first is the a of the second.",
    "three words again": "No, no, no.",
    "empty": "",
}


@pytest.mark.parametrize("text", SENSELESS.values(), ids=SENSELESS.keys())
def test_a_text_that_says_nothing_is_senseless(text):
    assert is_senseless(text)


@pytest.mark.parametrize("text", SENSE.values(), ids=SENSE.keys())
def test_a_text_that_says_something_is_not(text):
    assert not is_senseless(text)


QUESTION = "How do I open a jar whose lid is stuck?"


@pytest.mark.parametrize("text", [QUESTION, f"{QUESTION}\n{QUESTION}", f"{QUESTION} How do I open a", QUESTION.upper()])
def test_the_question_alone_says_nothing(text):
    assert is_senseless(text, prompt=QUESTION)
    assert not is_senseless(text + " Tap the lid, then turn it.", prompt=QUESTION)


@pytest.mark.parametrize("first", ["Question: ", "\n\nQ: ", "### Instruction:\n", "Question 1. "])
def test_an_answer_to_another_question_says_nothing(first):
    assert is_senseless(f"{first}How do I boil an egg?\nAnswer: Eight minutes.\n\nQuestion: How", prompt=QUESTION)
    assert not is_senseless(f"{first}{QUESTION}\nAnswer: Tap the lid, then turn it.", prompt=QUESTION)


@pytest.mark.parametrize("unit", ["a", "ab", "a b ", "The door opens. ", "x\n", "é", "<|", "| a |\n", " " * 9 + "."])
def test_a_long_text_takes_no_longer_than_its_length_allows(unit):
    text = (unit * 70_000)[:65_536]
    start = time.process_time()
    is_senseless(text + "!", prompt=text[:5_000])
    assert time.process_time() - start < 0.5
