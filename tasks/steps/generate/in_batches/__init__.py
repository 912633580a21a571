"""Ask a cell's open questions through a provider's batch API: submit, wait, collect.

Each batch is entered in the book before it is submitted. So a program that was killed at any moment finds its batches
again, and pays for nothing twice. What a batch did not answer goes into the next one.
"""

from tasks.steps.generate.in_batches.rounds import generate_in_batches

__all__ = ["generate_in_batches"]
