"""What is done to a model before it is asked: the servers that a run starts.

Knows files of weights and llama.cpp; must not know benchmarks, prompts or answers.
"""

from tasks.weights.serving import Serving, servings, trouble_in

__all__ = ["Serving", "servings", "trouble_in"]
