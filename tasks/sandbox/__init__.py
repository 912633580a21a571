"""Run untrusted programs so that they reach nothing: no network, no files but a scratch folder, no other process.

A package of its own: standard library only, Linux only, and it knows nothing of the rest.
"""

from tasks.sandbox.pool import Sandbox, open_sandbox
from tasks.sandbox.records import BackEnd, Execution, NoSandbox, Program, SandboxBroken, SandboxError

__all__ = ["BackEnd", "Execution", "NoSandbox", "Program", "Sandbox", "SandboxBroken", "SandboxError", "open_sandbox"]
