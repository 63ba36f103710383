"""A health report as text."""

from __future__ import annotations

from typing import Any

_TITLES = ("SOURCE", "STATE", "CLAIMED H", "ASSESSED H", "CREDITED BITS", "FAILURES", "")


def health_text(report: dict[str, Any]) -> str:
    rows = [_TITLES, *(_row(source) for source in report["sources"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < 2 or column == len(_TITLES) - 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]
    states = ", ".join(f"{count} {state}" for state, count in report["states"].items() if count > 0)
    return "\n".join(
        [
            *lines,
            "",
            f"grade {report['grade']}: {states}",
            f"credited {int(report['creditedBits']):,} bits in {report['uptimeMs'] / 1000:.1f} s,"
            f" ready {report['readyBytes']:,} bytes of full entropy",
        ]
    )


def _row(source: dict[str, Any]) -> tuple[str, ...]:
    assessed = source["assessedH"]
    return (
        source["id"],
        source["state"],
        f"{source['claimedH']:g}",
        "-" if assessed is None else f"{assessed:.2f}",
        f"{int(source['creditedBits']):,}",
        str(source["healthFailures"] + source["faults"]),
        source.get("reason") or source.get("lastFault") or "",
    )
