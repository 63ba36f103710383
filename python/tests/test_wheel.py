"""Wheels: their contents and names. Built from stand-ins for the programs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from esoteric_entropy import __version__

pytest.importorskip("hatchling")

NAME = f"esoteric_entropy-{__version__}"
SOURCE = Path(__file__).parents[1]

PLATFORMS = {
    "darwin-arm64": "macosx_13_0_arm64",
    "darwin-x64": "macosx_13_0_x86_64",
    "linux-arm64": "manylinux_2_17_aarch64",
    "linux-arm64-musl": "musllinux_1_2_aarch64",
    "linux-x64": "manylinux_2_17_x86_64",
    "linux-x64-musl": "musllinux_1_2_x86_64",
}


def executable_of(target: str) -> bytes:
    """Returns the beginning of an executable."""
    if target.startswith("darwin"):
        return struct.pack("<II", 0xFEEDFACF, 0x0100000C if "arm64" in target else 0x01000007) + bytes(100)
    return b"\x7fELF" + bytes(14) + struct.pack("<H", 183 if "arm64" in target else 62) + bytes(100)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Copies this package into a repository in which nothing is built."""
    names = shutil.ignore_patterns("__pycache__", "bin", "tests")
    shutil.copytree(SOURCE, tmp_path / "python", ignore=names)
    return tmp_path


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def hatchling(repository: Path, kind: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(repository / "out")],
        cwd=repository / "python",
        env={**os.environ, "PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
    )


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


@pytest.mark.parametrize("target", PLATFORMS)
def test_a_wheel_carries_the_program_and_names_its_platform(repository: Path, target: str) -> None:
    library = "libee.dylib" if target.startswith("darwin") else "libee.so"
    program = executable_of(target) + b"program"
    put(repository / "dist" / f"esoteric-entropy-{target}", program)
    put(repository / "build" / "native" / target / library, executable_of(target) + b"library")
    result = hatchling(repository, "wheel", ESOTERIC_ENTROPY_TARGET=target)
    assert result.returncode == 0, result.stdout + result.stderr
    wheel = only_file(repository / "out")
    assert wheel.name == f"{NAME}-py3-none-{PLATFORMS[target]}.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert {
            "esoteric_entropy/__init__.py",
            "esoteric_entropy/py.typed",
            "esoteric_entropy/bin/esoteric-entropy",
            f"esoteric_entropy/bin/{library}",
            f"{NAME}.dist-info/licenses/LICENSE",
        } <= names
        assert not [name for name in names if "test" in name or name.endswith(".pyc")]
        assert archive.read("esoteric_entropy/bin/esoteric-entropy") == program
        assert archive.getinfo("esoteric_entropy/bin/esoteric-entropy").external_attr >> 16 & 0o111 == 0o111
        tags = archive.read(f"{NAME}.dist-info/WHEEL").decode()
        assert f"Tag: py3-none-{PLATFORMS[target]}\n" in tags
        assert "Root-Is-Purelib: false\n" in tags
        metadata = archive.read(f"{NAME}.dist-info/METADATA").decode()
        assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == [
            "Requires-Dist: numpy>=1.22; extra == 'numpy'"
        ]


def test_two_builds_are_the_same_bytes(repository: Path) -> None:
    put(repository / "dist" / "esoteric-entropy-linux-x64", executable_of("linux-x64"))
    contents = []
    for _ in range(2):
        hatchling(repository, "wheel", ESOTERIC_ENTROPY_TARGET="linux-x64")
        contents.append(only_file(repository / "out").read_bytes())
        only_file(repository / "out").unlink()
        os.utime(repository / "dist" / "esoteric-entropy-linux-x64", (0, 0))
    assert contents[0] == contents[1]


def test_a_program_named_in_the_environment_is_taken(repository: Path) -> None:
    elsewhere = put(repository / "elsewhere" / "program", executable_of("darwin-arm64"))
    environment = {"ESOTERIC_ENTROPY_BINARY": str(elsewhere), "ESOTERIC_ENTROPY_TARGET": "darwin-arm64"}
    result = hatchling(repository, "wheel", **environment)
    assert result.returncode == 0, result.stderr
    assert "no native library found: numpy.random will be slow" in result.stdout + result.stderr
    assert only_file(repository / "out").name.endswith("macosx_13_0_arm64.whl")


def test_without_a_program_there_is_no_wheel(repository: Path) -> None:
    result = hatchling(repository, "wheel", ESOTERIC_ENTROPY_TARGET="linux-arm64")
    assert result.returncode != 0
    assert "npm run build -- binary --target=linux-arm64" in result.stdout + result.stderr
    assert "ESOTERIC_ENTROPY_BINARY" in result.stdout + result.stderr


@pytest.mark.parametrize("content", [executable_of("linux-x64"), executable_of("darwin-arm64"), b"#!/bin/sh\n", b""])
def test_a_program_for_another_platform_is_refused(repository: Path, content: bytes) -> None:
    put(repository / "dist" / "esoteric-entropy-linux-arm64", content)
    result = hatchling(repository, "wheel", ESOTERIC_ENTROPY_TARGET="linux-arm64")
    assert result.returncode != 0
    assert "not for linux-arm64" in result.stdout + result.stderr


def test_an_unknown_platform_is_refused(repository: Path) -> None:
    result = hatchling(repository, "wheel", ESOTERIC_ENTROPY_TARGET="amiga-68k")
    assert result.returncode != 0
    assert "no program for amiga-68k" in result.stdout + result.stderr


def test_a_source_distribution_builds_with_a_program_only(repository: Path) -> None:
    result = hatchling(repository, "sdist")
    assert result.returncode == 0, result.stderr
    with tarfile.open(only_file(repository / "out")) as archive:
        names = archive.getnames()
        if hasattr(tarfile, "data_filter"):
            archive.extractall(repository / "unpacked", filter="data")
        else:
            archive.extractall(repository / "unpacked")
    assert f"{NAME}/hatch_build.py" in names
    (repository / "unpacked" / f"{NAME}").rename(repository / "unpacked" / "python")
    failed = hatchling(repository / "unpacked", "wheel", ESOTERIC_ENTROPY_TARGET="linux-x64")
    assert "A source distribution holds none" in failed.stdout + failed.stderr
    program = put(repository / "program", executable_of("linux-x64"))
    environment = {"ESOTERIC_ENTROPY_BINARY": str(program), "ESOTERIC_ENTROPY_TARGET": "linux-x64"}
    built = hatchling(repository / "unpacked", "wheel", **environment)
    assert built.returncode == 0, built.stderr


def test_all_wheels_at_once(repository: Path) -> None:
    put(repository / "dist" / "esoteric-entropy-linux-x64", executable_of("linux-x64"))
    put(repository / "dist" / "esoteric-entropy-darwin-x64", executable_of("darwin-x64"))
    command = [sys.executable, str(repository / "python" / "build_wheels.py"), str(repository / "out")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "linux-arm64: no program in dist/, no wheel" in result.stderr
    assert sorted(path.name for path in (repository / "out").iterdir()) == [
        f"{NAME}-py3-none-macosx_13_0_x86_64.whl",
        f"{NAME}-py3-none-manylinux_2_17_x86_64.whl",
        f"{NAME}.tar.gz",
    ]


def test_the_platforms_are_those_of_the_build() -> None:
    spec = importlib.util.spec_from_file_location("hatch_build", SOURCE / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PLATFORM_TAGS == PLATFORMS
    assert module.host_target() in PLATFORMS
    target_list = SOURCE.parent / "ffi" / "target.ts"
    if target_list.is_file():
        text = target_list.read_text()
        assert all(f'"{target}"' in text for target in PLATFORMS)
