"""What is done to a model before it is asked: steering vectors, and the servers that a run starts.

Knows files of weights and llama.cpp; must not know benchmarks, prompts or answers. The front door holds what every run
needs; what computes is imported from its own module, because it takes numpy and the package gguf.
"""

from tasks.weights.serving import Serving, servings, trouble_in, trouble_while_up

__all__ = ["Serving", "servings", "trouble_in", "trouble_while_up"]
