"""What a run needs while it asks: a line to each endpoint, the sink for the answers, and what the user sees."""
