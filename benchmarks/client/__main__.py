"""Measure the client side by side with others; write docs/benchmarks.json and, from it, docs/benchmarks.md."""

from __future__ import annotations

from benchmarks import pages
from benchmarks.client import command_line, decoding, import_time, install_size, list_call, memory, paging
from benchmarks.results import ClientResults, Comparison


def main() -> None:
    """Measure everything, print each comparison, and record all of them."""
    comparisons: list[Comparison] = []
    for part in (decoding, list_call, import_time, paging, memory, install_size, command_line):
        for comparison in part.measure():
            comparisons.append(comparison)
            other = pages.show(comparison.other) if comparison.other else f"not measured: {comparison.skipped}"
            ratio = "" if comparison.ratio is None else f", ratio {comparison.ratio:.2f}"
            print(f"{comparison.what}\n    {pages.show(comparison.ours)} | {other}{ratio}", flush=True)
    ClientResults(comparisons).save()
    pages.CLIENT_PAGE.write_text(pages.client_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
