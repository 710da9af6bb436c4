"""The peer of a login: argon2id verifications in a bare loop, run as a program.

Prints how many a second, and how many a second of CPU time.  It is the most that one core can do
at that cost: no login can be faster.
"""

import argparse
import time

from argon2 import PasswordHasher

_PASSWORD = "correct horse battery staple"


def main() -> None:
    """Verify for a while unmeasured, then measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("memory_kib", "passes", "lanes"):
        parser.add_argument(name, type=int)
    for name in ("warm_up", "measured"):
        parser.add_argument(name, type=float, help="seconds")
    asked = parser.parse_args()
    hasher = PasswordHasher(
        time_cost=asked.passes, memory_cost=asked.memory_kib, parallelism=asked.lanes
    )
    stored = hasher.hash(_PASSWORD)
    verify_for(asked.warm_up, hasher, stored)
    print(*verify_for(asked.measured, hasher, stored))


def verify_for(seconds: float, hasher: PasswordHasher, stored: str) -> tuple[float, float]:
    """One after the other; how many a second, and a second of CPU time."""
    began, cpu_began = time.monotonic(), time.process_time()
    count = 0
    while time.monotonic() - began < seconds:
        hasher.verify(stored, _PASSWORD)
        count += 1
    return count / (time.monotonic() - began), count / (time.process_time() - cpu_began)


if __name__ == "__main__":
    main()
