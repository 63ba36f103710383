"""Build hook: puts a built program into the wheel, and its platform into the wheel's name.

ESOTERIC_ENTROPY_TARGET  platform of the wheel, as `npm run build` names it; default: this machine's
ESOTERIC_ENTROPY_BINARY  program to take; default: that of ../dist

The native library is taken from the program's folder, or from ../build/native.
"""

from __future__ import annotations

import os
import platform
import struct
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Oldest systems that the program runs on: glibc 2.17, musl 1.2, macOS 13.
PLATFORM_TAGS = {
    "darwin-arm64": "macosx_13_0_arm64",
    "darwin-x64": "macosx_13_0_x86_64",
    "linux-arm64": "manylinux_2_17_aarch64",
    "linux-arm64-musl": "musllinux_1_2_aarch64",
    "linux-x64": "manylinux_2_17_x86_64",
    "linux-x64-musl": "musllinux_1_2_x86_64",
}

#: Processors by their number in the first 20 bytes of an executable: e_machine of ELF, cputype of Mach-O.
_ELF_MACHINES = {62: "x64", 183: "arm64"}
_MACH_O_MACHINES = {0x0100_0007: "x64", 0x0100_000C: "arm64"}


class MissingProgramError(Exception):
    pass


class ProgramHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        target = os.environ.get("ESOTERIC_ENTROPY_TARGET") or host_target()
        if target not in PLATFORM_TAGS:
            raise MissingProgramError(f"there is no program for {target}: {', '.join(PLATFORM_TAGS)}")
        repository = Path(self.root).parent
        program = find_program(repository, target)
        check_machine(program, target)
        files = {str(program): "esoteric_entropy/bin/esoteric-entropy"}
        library = find_library(repository, program, target)
        if library is None:
            self.app.display_warning("no native library found: numpy.random will be slow with this wheel")
        else:
            check_machine(library, target)
            files[str(library)] = f"esoteric_entropy/bin/{library.name}"
        build_data["force_include"].update(files)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{PLATFORM_TAGS[target]}"


def host_target() -> str:
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
    processor = machine.get(platform.machine().lower(), platform.machine())
    musl = "-musl" if sys.platform == "linux" and runs_on_musl() else ""
    return f"{sys.platform}-{processor}{musl}"


def runs_on_musl() -> bool:
    """Tells whether Python runs on musl, whose loader is then mapped into this process."""
    return "/ld-musl-" in Path("/proc/self/maps").read_text(errors="replace")


def find_program(repository: Path, target: str) -> Path:
    named = os.environ.get("ESOTERIC_ENTROPY_BINARY")
    dist = repository / "dist"
    if named:
        candidates = [Path(named)]
    elif target == host_target():
        candidates = [dist / "esoteric-entropy", dist / f"esoteric-entropy-{target}"]
    else:
        candidates = [dist / f"esoteric-entropy-{target}"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise MissingProgramError(
        f"the wheel carries the program, but {' or '.join(map(str, candidates))} is missing."
        f" Build it in the repository (npm run build -- binary --target={target}),"
        " or name one in ESOTERIC_ENTROPY_BINARY. A source distribution holds none."
    )


def find_library(repository: Path, program: Path, target: str) -> Path | None:
    name = "libee.dylib" if target.startswith("darwin") else "libee.so"
    for folder in (program.parent, repository / "build" / "native" / target):
        if (folder / name).is_file():
            return folder / name
    return None


def check_machine(file: Path, target: str) -> None:
    """Raises MissingProgramError for a file of another platform: its wheel would be installed, and then fail."""
    found = machine_of(file)
    if found != target.removesuffix("-musl"):
        raise MissingProgramError(f"{file} is for {found}, not for {target}")


def machine_of(file: Path) -> str:
    with file.open("rb") as stream:
        head = stream.read(20)
    if head[:4] == b"\x7fELF" and len(head) == 20:
        return f"linux-{_ELF_MACHINES.get(struct.unpack_from('<H', head, 18)[0], 'another processor')}"
    if head[:4] == b"\xcf\xfa\xed\xfe" and len(head) == 20:
        return f"darwin-{_MACH_O_MACHINES.get(struct.unpack_from('<I', head, 4)[0], 'another processor')}"
    return "no system known here"
