"""`python -m benchmarks [name ...]`: runs benchmarks and prints their reports."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import audit, cluster, dom, fills, memory, positions, restart, start, ticks, viewers
from benchmarks.report import Report

BENCHMARKS: dict[str, Callable[[bool], Report]] = {
    "dom": dom.measure,
    "viewers": viewers.measure,
    "ticks": ticks.measure,
    "start": start.measure,
    "memory": memory.measure,
    "fills": fills.measure,
    "positions": positions.measure,
    "audit": audit.measure,
    "restart": restart.measure,
    "cluster": cluster.measure,
}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, for a rough figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"unknown benchmark {name!r}: choose from {', '.join(BENCHMARKS)}")
    return options


def main() -> int:
    options = parse()
    reports: dict[str, Report] = {}
    try:
        for name in options.names or BENCHMARKS:
            print(f"{name}: measuring…", file=sys.stderr, flush=True)
            reports[name] = BENCHMARKS[name](options.quick)
            print(f"\n{reports[name]}\n", flush=True)
    except KeyboardInterrupt:
        return 130
    finally:
        if options.json and reports:
            figures = {name: asdict(report) for name, report in reports.items()}
            options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
