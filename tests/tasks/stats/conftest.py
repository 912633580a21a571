"""Property tests here are the same on every machine: seeded by their own text and judged without a clock."""

from hypothesis import settings

settings.register_profile("statistics", deadline=None, derandomize=True)
settings.load_profile("statistics")
