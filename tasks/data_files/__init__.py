"""Files of data as records: dictionaries, and the places where they stand. Must not know what the columns mean."""
