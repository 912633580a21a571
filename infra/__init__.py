"""What surrounds the program: the simulated model server, example configurations and decision notes.

No other package imports it. The command line starts ``python -m infra.simulator`` as a process of its own.
"""
