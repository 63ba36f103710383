"""Makes a forked process forget what it inherited, so that parent and child never share a byte.

Python calls back after its own forks: `os.fork`, `multiprocessing`. Native code may fork without it, so whoever is about to
hand out bytes asks for the process id, which comes from the system each time.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Inherited(Protocol):
    def forget(self) -> None:
        """Called in a newly forked process, in its only thread. Threads that are gone may hold any lock."""


_inherited: WeakSet[Inherited] = WeakSet()
_process = os.getpid()


def forget_after_fork(thing: Inherited) -> None:
    _inherited.add(thing)


def forget_if_forked() -> None:
    if os.getpid() != _process:
        _forget_all()


def _forget_all() -> None:
    global _process
    _process = os.getpid()
    for thing in list(_inherited):
        thing.forget()


os.register_at_fork(after_in_child=_forget_all)
