"""Makes a forked process forget what it inherited, so that parent and child never share a byte."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Inherited(Protocol):
    def forget(self) -> None:
        """Called in a newly forked process, in its only thread. Threads that are gone may hold any lock."""


_inherited: WeakSet[Inherited] = WeakSet()


def forget_after_fork(thing: Inherited) -> None:
    _inherited.add(thing)


def _forget_all() -> None:
    for thing in list(_inherited):
        thing.forget()


os.register_at_fork(after_in_child=_forget_all)
