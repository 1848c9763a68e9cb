"""`make bench`: run every measurement, each in a process of its own so that peaks are its own."""

import argparse
import subprocess
import sys

# module → group; each prints one JSON row a line.
WORKS = {
    "bench.review": "speed",
    "bench.ageing": "speed",
    "bench.imports": "speed",
    "bench.snapshot": "speed",
    "bench.exposure": "speed",
    "bench.serving": "speed",
}


def main() -> int:
    """Run the works of the chosen group; a work that breaks is reported and fails the run."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--size", choices=["small", "full"], default="small")
    parser.add_argument("--group", choices=["speed", "accuracy", "all"], default="speed")
    chosen = parser.parse_args()
    broken = 0
    for module, group in WORKS.items():
        if chosen.group in {group, "all"}:
            run = subprocess.run([sys.executable, "-m", module, "--size", chosen.size])
            if run.returncode:
                print(f"{module} broke with exit code {run.returncode}", file=sys.stderr)
                broken += 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
