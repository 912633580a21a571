"""Speed of the sandbox with as many programs as HumanEval has, each about as heavy as its solutions."""

from __future__ import annotations

import json
import resource
import sys
import time

from tasks.sandbox import Program, open_sandbox

PROGRAM = """
from typing import List

def close_ones(numbers: List[float], threshold: float) -> bool:
    return any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[i + 1:])

assert close_ones([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3)
assert not close_ones([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.05)
"""


def main(count: int) -> None:
    started = time.perf_counter()
    with open_sandbox(count_workers=2) as sandbox:
        opened = time.perf_counter()
        executions = sandbox.run([Program(PROGRAM)] * count)
        ended = time.perf_counter()
        name = f"{sandbox.back_end.name} ({', '.join(sandbox.back_end.layers)})"
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "start_s": opened - started,
        "seconds": ended - opened,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "count_passed": sum(execution.verdict == "pass" for execution in executions),
        "back_end": name,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
