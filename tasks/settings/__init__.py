"""The configuration: one file, ``aligntax.yaml``, read once into frozen records. Every bad value is one clear line.

Precedence is flag > environment > file. Besides keys, whose variables a model names in
``api_key_env``, these variables are read:

==========================  ========================================
``ALIGNTAX_WAREHOUSE``      ``warehouse``
``ALIGNTAX_PUBLISH_FOLDER`` ``publish.folder``
``ALIGNTAX_PUBLISH_TEXT``   ``publish.text``
``ALIGNTAX_MAX_AGE_DAYS``   ``max_age_days``
``ALIGNTAX_SAMPLE_SEED``    ``sample_seed``
``ALIGNTAX_CONCURRENCY``    ``concurrency`` of every model
``ALIGNTAX_SAMPLE_SIZE``    ``sample_size`` of every benchmark
==========================  ========================================

Knows YAML and pydantic; must not know benchmarks, scorers, providers or Prefect: the names that exist are handed in.
"""

from __future__ import annotations

from tasks.settings.analysis import AnalysisSettings, GateSettings, MonitorSettings, Thresholds
from tasks.settings.benchmarks import BenchmarkSettings
from tasks.settings.budget import BudgetSettings, Span, Unit
from tasks.settings.drafts import Draft, draft
from tasks.settings.known import ApiFacts, BatchFacts, Known, ProviderFacts
from tasks.settings.limits import Limits
from tasks.settings.loading import load_places, load_settings, starter_text
from tasks.settings.machines import LandingSettings, WorkPoolSettings
from tasks.settings.models import ModelSettings
from tasks.settings.overrides import Overrides
from tasks.settings.places import BucketSettings, EveryEvalEverSettings, PublishSettings
from tasks.settings.price import PriceSettings
from tasks.settings.whole import Pair, Settings

__all__ = [
    "AnalysisSettings",
    "ApiFacts",
    "BatchFacts",
    "BenchmarkSettings",
    "BucketSettings",
    "BudgetSettings",
    "Draft",
    "EveryEvalEverSettings",
    "GateSettings",
    "Known",
    "LandingSettings",
    "Limits",
    "ModelSettings",
    "MonitorSettings",
    "Overrides",
    "Pair",
    "PriceSettings",
    "ProviderFacts",
    "PublishSettings",
    "Settings",
    "Span",
    "Thresholds",
    "Unit",
    "WorkPoolSettings",
    "draft",
    "load_places",
    "load_settings",
    "starter_text",
]
