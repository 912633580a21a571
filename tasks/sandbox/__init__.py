"""Run untrusted programs without access to the network, to other processes, or to files outside a scratch folder.

It uses only the standard library, runs only on Linux, and imports nothing from the rest of the project.
"""

from tasks.sandbox.pool import Sandbox, open_sandbox
from tasks.sandbox.programs import BackEnd, Check, Execution, NoSandbox, Program, SandboxBroken, SandboxError

__all__ = [
    "BackEnd",
    "Check",
    "Execution",
    "NoSandbox",
    "Program",
    "Sandbox",
    "SandboxBroken",
    "SandboxError",
    "open_sandbox",
]
