"""Property tests here are the same on every machine: seeded by their own text and judged without a clock."""

from hypothesis import settings

settings.register_profile("statistics", deadline=None, derandomize=False, max_examples=8000)
settings.load_profile("statistics")
