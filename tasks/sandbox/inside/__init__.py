"""What runs inside the sandbox: the worker and the lock-down of each program. Uses only the standard library.

The sandbox sees this folder alone, as a package called ``inside``. So its modules import each other by relative imports
and import nothing else of the project.
"""
