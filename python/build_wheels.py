#!/usr/bin/env python3
"""Makes a wheel of each program in ../dist, and the source distribution: python3 build_wheels.py [folder]

Needs hatchling. Wheels of one commit are the same bytes: their files are dated by SOURCE_DATE_EPOCH, or 2020 without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hatch_build import PLATFORM_TAGS, MissingProgramError, find_program

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent


def main(arguments: list[str]) -> int:
    if len(arguments) > 1:
        print(f"usage: {Path(__file__).name} [folder]", file=sys.stderr)
        return 2
    folder = Path(arguments[0] if arguments else REPOSITORY / "dist" / "python").resolve()
    built = 0
    for target in PLATFORM_TAGS:
        try:
            find_program(REPOSITORY, target)
        except MissingProgramError:
            print(f"{target}: no program in dist/, no wheel", file=sys.stderr)
            continue
        build("wheel", folder, {"ESOTERIC_ENTROPY_TARGET": target})
        built += 1
    build("sdist", folder, {})
    return 0 if built > 0 else 1


def build(kind: str, folder: Path, environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=HERE,
        env={**os.environ, **environment},
        check=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
