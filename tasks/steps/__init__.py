"""The steps of a run, in the order they happen: one module each, with one public function named after it.

plan and forecast, generate and compose, land, validate, execute_programs, judge, score, aggregate, calibrate,
publish; try_out, labels and gate have commands of their own. A step reads its input, does its work and writes its
result; it knows neither Prefect nor SQL. Steps never import each other, except ``land``, whose functions hand rows to
the raw tables.
"""
