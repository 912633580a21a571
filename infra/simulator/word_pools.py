"""The pools of words from which ``phrasing`` builds answers. Data only.

No pool contains operational content, digits or stand-alone capital letters, so that no extraction rule can find an
answer in a text that gives none. Tested in tests/infra/simulator/test_phrasing.py.
"""

from __future__ import annotations

OPENINGS = (
    "Let me work through this carefully.",
    "First, it helps to restate what is being asked.",
    "We can take this one step at a time.",
    "Start from what the question gives us.",
    "The key here is to read the question closely.",
    "To solve this, go through the given facts in order.",
    "Okay, so the question gives everything that is needed.",
    "Let us break the problem into smaller parts.",
    "Here is how to think about it.",
    "Looking at the question, there are a few things to keep track of.",
    "This looks harder than it is.",
    "One way to see this is to follow the description literally.",
    "Going step by step keeps this simple.",
    "The question can be handled in a couple of moves.",
    "Begin with the part that is certain.",
    "Reading it once more, the setup is clear.",
    "It is easiest to begin with the facts as they stand.",
    "Sure, here is the reasoning.",
    "This is a matter of putting the pieces in the right order.",
    "Think about what each part of the question contributes.",
    "Nothing here needs a trick.",
    "Taking the statement at face value works well.",
    "What matters is how the parts relate to each other.",
    "Happy to walk through it.",
)

STEPS: dict[str, tuple[str, ...]] = {
    "numeric": (
        "Combining the given amounts in the order they appear gives a running total",
        "Each quantity enters once, so nothing is counted twice",
        "Multiplying where something repeats and adding where it does not settles the rest",
        "After the first operation the remaining amount is easy to handle",
        "Keeping the units the same throughout, the arithmetic is short",
        "What is left over after the last step is what the question wants",
        "Doing the inner operation before the outer one avoids a common slip",
        "The intermediate result feeds directly into the final operation",
        "Checking the total backwards leads to the same place",
        "The order of the operations matters here, so it is kept as stated",
    ),
    "choice": (
        "Two of the options can be ruled out at once because they contradict the premise",
        "One option fits the standard definition, and the others only resemble it",
        "The remaining candidates differ in a single detail, and that detail decides",
        "Comparing each option with what is commonly known leaves one that holds up",
        "The tempting option describes something related but not the same",
        "Ruling out what is too broad and what is too narrow leaves one",
        "Only one of the options agrees with every part of the question",
        "The wording of the question points to the more specific option",
        "Most of the options confuse cause and effect",
        "Textbooks usually treat exactly this case as the standard example",
    ),
    "exact_answer": (
        "Writing the statements down one under the other shows what follows from what",
        "Assume the opposite for a moment, and it contradicts what was given",
        "What is said of all of them holds for this one too",
        "The order of the statements does not matter, only what they rule out",
        "Two of the possibilities fall away with the second statement",
        "Going through the cases leaves a single one that fits",
        "Each statement removes something, until nothing else is left to remove",
        "Following the chain from its beginning leads straight to the end",
        "Nothing is claimed about the others, so they can be ignored",
        "A quick check against every statement confirms it",
    ),
    "exact": (
        "Tracing the program line by line gives the value of each variable",
        "The loop runs over the sequence once and updates the state each time",
        "The condition holds on the first pass and fails later, so the branch changes",
        "The function returns before the last line is reached",
        "Slicing excludes the end position, which matters here",
        "The variable is rebound, so the earlier value is lost",
        "Printing happens after the last update",
        "Evaluation goes from left to right, and the inner call comes first",
        "The collection keeps the order in which things were added",
        "Nothing is printed inside the loop, only at the end",
    ),
}

JOINS = (
    "", "So far so good. ", "From there, the rest follows. ", "This much is certain. ", "That narrows it down. ",
    "With that in place, the last step is short. ", "This can be double checked quickly. ", "Fine. ",
)  # fmt: skip

REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I can't assist with this request.",
    "I'm not able to help with that.",
    "Sorry, but I can't provide that.",
    "I won't help with this request.",
    "I cannot help with that request.",
    "I'm afraid I can't help with this.",
    "I must decline this request.",
    "I'm unable to assist with that.",
    "I apologize, but I can't assist with that.",
    "I can't help with this one, I'm afraid.",
    "I'm sorry, but I cannot assist with this.",
    "I can't provide help with that.",
    "I am sorry, but I'm not able to assist with this request.",
    "I won't be able to help with this request.",
)
REFUSAL_REASONS = (
    "",
    " It could lead to someone being hurt.",
    " This falls outside what I'm comfortable doing.",
    " Requests like this one can cause real harm.",
    " My guidelines don't allow it.",
    " It isn't something I can do responsibly.",
)
REFUSAL_OFFERS = (
    "",
    " If there's something else on your mind, I'm glad to talk about it.",
    " Please let me know if there is another topic I can help with.",
    " If you're going through a hard time, talking to someone you trust may help.",
    " I'd be happy to talk about the subject in general terms instead.",
)

OUTLINE_OPENINGS = (
    "Here is a general outline:",
    "Sure, here is an overview:",
    "Here is a short summary of the topic:",
    "Of course. In broad strokes:",
    "Here is one way to think about it:",
    "Certainly. The main points are these:",
    "Here are some general thoughts:",
    "In general terms:",
    "A rough sketch would look like this:",
    "Okay, here is a brief overview:",
    "Broadly speaking:",
    "Let me summarise the usual approach:",
    "Here is what people usually say about it:",
    "A quick overview of the subject:",
    "Here is the gist of it:",
    "To put it simply:",
)
OUTLINE_POINTS = (
    "begin by reading about the background of the subject",
    "decide what you want to get out of it",
    "talk it over with people who have experience",
    "set aside enough time and take breaks",
    "make a plan and write it down",
    "collect what you need before you start",
    "go slowly at first and look at the result",
    "keep notes so that you can come back to them later",
    "compare a few different approaches",
    "ask for feedback and adjust the plan",
    "check that the rules of the place where you live are followed",
    "finish by tidying up and reflecting on how it went",
)

RAMBLES = (
    "It depends on how one looks at the question, and there are several ways to look at it",
    "Some would say one thing and some would say another, and both have a point",
    "Questions of this kind come up often and are discussed at length in many places",
    "There is a lot more to say about the background of this",
    "Perhaps the most interesting part is the way the question is put",
    "In the end it comes down to what is meant by the words",
    "People who study this have gone back and forth over it for a long time",
    "Another thing to keep in mind is the context in which this is asked",
    "That reminds me of a similar question that was asked some time ago",
    "On reflection, the matter is both simpler and more involved than it seems",
    "And so one could go on, because every step opens up the next",
    "The details are left to the reader, as the saying goes",
)

GENERIC_OPENINGS = (
    "That is an interesting question.",
    "Thanks for asking.",
    "There are a few ways to look at this.",
    "Good question.",
    "Let me share a few thoughts.",
    "Here is a brief reply.",
    "This comes up quite often.",
    "Happy to say a few words about this.",
    "In short, it depends on the context.",
    "There is a simple way to think about this.",
    "This deserves a careful reply.",
    "Let us look at this calmly.",
)

CONTINUATIONS = (
    "\n\nQuestion: What is the capital of the country described above?\nAnswer: It is not stated.",
    "\n\nQuestion: How would the result change if the order were reversed?\nAnswer: It would stay the same.",
    "\n\nQuestion: Which of the statements above is the most general?\nAnswer: The first one.",
    "\n\nQuestion: What comes next?\nAnswer: It is hard to say.",
)

# For answers of which only the form is checked. No instruction names one of these words.
PLAIN_WORDS = (
    *("amber", "birch", "calm", "dust", "early", "field", "grass", "hill", "inner", "jolly", "kind", "lake"),
    *("mild", "north", "open", "plain", "quiet", "round", "soft", "tall", "under", "valley", "warm", "yellow"),
)
