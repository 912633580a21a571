"""Run untrusted programs so that they reach nothing: no network, no files but a scratch folder, no other process.

It uses only the standard library, runs only on Linux, and imports nothing from the rest of the project.
"""

from tasks.sandbox.pool import Sandbox, open_sandbox
from tasks.sandbox.programs import BackEnd, Execution, NoSandbox, Program, SandboxBroken, SandboxError

__all__ = ["BackEnd", "Execution", "NoSandbox", "Program", "Sandbox", "SandboxBroken", "SandboxError", "open_sandbox"]
