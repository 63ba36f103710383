#!/usr/bin/env python3
"""Builds the wheel with the program of ../dist, installs it with and without NumPy, and tests both installations.

    python3 run_tests.py [--totals FILE] [pytest arguments]

Packages come from PyPI in exact versions, once: the environments stay in ../build/python. FILE receives the numbers of
passed, failed and skipped tests, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "python"

#: NumPy's stubs and mypy of requirements-numpy.txt need this version of Python.
MYPY_SINCE = (3, 11)


class Totals:
    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = 0

    def step(self, name: str, command: list[str]) -> None:
        passed = run(command)
        self.passed += passed
        self.failed += not passed
        talk(f"{name}: {'passed' if passed else 'failed'}")

    def tests(self, python: Path, arguments: list[str]) -> None:
        """Runs the tests. A run that fails without a failed test counts as one failure."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "junit.xml"
            # src/ is not on the path, so the installed package is tested.
            passed = run([str(python), "-m", "pytest", "-q", "-rs", f"--junit-xml={report}", *arguments])
            failed = 0
            if report.is_file():
                for suite in ElementTree.parse(report).iter("testsuite"):
                    counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
                    bad = counts["failures"] + counts["errors"]
                    self.passed += counts["tests"] - bad - counts["skipped"]
                    self.skipped += counts["skipped"]
                    failed += bad
            self.failed += failed or not passed


def main(arguments: list[str]) -> int:
    totals_file = None
    if arguments[:1] == ["--totals"]:
        totals_file, arguments = arguments[1], arguments[2:]
    totals = Totals()
    try:
        test_all(totals, arguments)
    except subprocess.CalledProcessError as error:
        talk(f"error: {' '.join(map(str, error.cmd))} failed")
        totals.failed += 1
    if totals_file is not None:
        Path(totals_file).write_text(json.dumps(vars(totals)))
    talk(f"{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    return 1 if totals.failed else 0


def test_all(totals: Totals, arguments: list[str]) -> None:
    with_numpy = environment("numpy", HERE / "requirements-numpy.txt")
    without_numpy = environment("plain", HERE / "requirements-test.txt")
    wheel = build_wheel(with_numpy)
    for python in (with_numpy, without_numpy):
        check([str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", str(wheel)])
    if not arguments:
        ruff = [str(with_numpy), "-m", "ruff"]
        totals.step("lint", [*ruff, "check", "--quiet", "--no-cache", "."])
        totals.step("format", [*ruff, "format", "--quiet", "--no-cache", "--check", "."])
        if sys.version_info >= MYPY_SINCE:
            sources = ["src", "tests", "hatch_build.py", "build_wheels.py", "run_tests.py", "bench.py"]
            totals.step("types", [str(with_numpy), "-m", "mypy", "--strict", f"--cache-dir={BUILD / 'mypy'}", *sources])
            # Users see the types of the installed package.
            installed = [str(with_numpy), "-m", "mypy", "--strict", f"--cache-dir={BUILD / 'mypy-installed'}"]
            totals.step("types as installed", [*installed, "--config-file=", "-p", "esoteric_entropy"])
        else:
            talk("types: skipped: mypy is run with Python 3.11 or later")
            totals.skipped += 1
    talk("tests with NumPy")
    totals.tests(with_numpy, arguments)
    talk("tests without NumPy")
    totals.tests(without_numpy, arguments)


def environment(name: str, requirements: Path) -> Path:
    """Makes an environment with these packages, unless it is there. Returns its Python."""
    folder = BUILD / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    stamp = folder / "stamp"
    texts = [file.read_bytes() for file in sorted(HERE.glob("requirements-*.txt"))]
    content = hashlib.sha256(b"\0".join([sys.version.encode(), sys.executable.encode(), *texts])).hexdigest()
    if stamp.is_file() and stamp.read_text() == content:
        return python
    talk(f"installing {requirements.name}")
    shutil.rmtree(folder, ignore_errors=True)
    check([sys.executable, "-m", "venv", str(folder)])
    check([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)])
    stamp.write_text(content)
    return python


def build_wheel(python: Path) -> Path:
    folder = BUILD / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    check([str(python), "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(HERE)])
    (wheel,) = folder.iterdir()
    return wheel


def run(command: list[str]) -> bool:
    return subprocess.run(command, cwd=HERE, env=clean_environment()).returncode == 0


def check(command: list[str]) -> None:
    subprocess.run(command, cwd=HERE, env=clean_environment(), check=True, stdout=sys.stderr)


def clean_environment() -> dict[str, str]:
    """Drops the caller's own Python settings, and keeps compiled files out of the sources."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def talk(text: str) -> None:
    print(f"python: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
