"""What runs on the inside: the worker and the lock-down of each program. Standard library and ctypes only.

This folder alone is visible in the sandbox, as a package of its own name, so its modules import each other relatively
and nothing else of ours.
"""
