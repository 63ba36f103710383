"""What pools and generators are, in a line and as a table for notebooks."""

from __future__ import annotations

import html

from .errors import EntropyError
from .supply import Supply


def described(supply: Supply) -> str:
    """Says sources, mode and the bytes that were taken so far. Asks nobody: a debugger may show it at any time."""
    end = ", closed" if supply.closed else ""
    return f"sources {supply.program.choice.sources!r}, mode {supply.mode!r}, {supply.given:,} bytes taken{end}"


def html_table(name: str, supply: Supply) -> str:
    """Makes a table with what the program has credited so far. Where it cannot be asked, the table says why."""
    rows = [
        ("sources", supply.program.choice.sources),
        ("mode", supply.mode),
        ("taken", f"{supply.given:,} bytes"),
        *_health(supply),
    ]
    cells = "".join(f"<tr><th>{key}</th><td>{html.escape(value)}</td></tr>" for key, value in rows)
    return f"<table><caption>{name}</caption>{cells}</table>"


def _health(supply: Supply) -> list[tuple[str, str]]:
    try:
        supply.check_open()
        report = supply.program.call("healthReport")
    except EntropyError as error:
        return [("health", error.message)]
    states = ", ".join(f"{count} {state}" for state, count in report["states"].items() if count > 0)
    return [("credited", f"{int(report['creditedBits']):,} bits"), ("health", f"grade {report['grade']}: {states}")]
