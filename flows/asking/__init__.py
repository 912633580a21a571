"""What a run needs while it asks: a line to each endpoint, the sink for the answers, and what the user sees."""

# Set to anything, this variable asks for a JSON line on standard error for each cell and request.
LOG_JSON = "ALIGNTAX_LOG_JSON"
