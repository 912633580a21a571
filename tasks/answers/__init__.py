"""What the model said: from a raw text to the answer in it. Pure and versioned; knows the words of the domain only.

A raw text may hold more than an answer: reasoning, the markers of a chat template, a question that nobody asked. Every
reader gets its text from here. The raw text stays whole in raw.generations, so ``rescore`` applies a mended rule to old
answers.
"""

from tasks.answers.finish import Ending, ending_of
from tasks.answers.reading import ANSWER_RULE, LONGEST_TEXT, Reading, read_answer, read_landed

__all__ = ["ANSWER_RULE", "LONGEST_TEXT", "Ending", "Reading", "ending_of", "read_answer", "read_landed"]
