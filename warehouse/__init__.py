"""WHERE the facts live: schema and models as SQL, a writer, a builder. Knows nothing of language models or Prefect."""
