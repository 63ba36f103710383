"""The examples of the documentation work: those of a page run in order, as one program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("numpy")

REPOSITORY = Path(__file__).parents[2]

PAGES = [REPOSITORY / "docs" / "PYTHON.md", REPOSITORY / "python" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples(page: Path) -> None:
    if not page.is_file():
        pytest.skip(f"{page} is not there")
    text = page.read_text()
    names: dict[str, object] = {}
    examples = list(re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    assert examples
    for example in examples:
        line = text.count("\n", 0, example.start(1))
        exec(compile("\n" * line + example[1], str(page), "exec"), names)


def test_every_public_name_is_documented() -> None:
    import esoteric_entropy

    page = PAGES[0]
    if not page.is_file():
        pytest.skip(f"{page} is not there")
    text = page.read_text()
    errors = [name for name in esoteric_entropy.__all__ if name.endswith("Error")]
    others = [name for name in esoteric_entropy.__all__ if name not in [*errors, "TestResults"]]
    assert [name for name in others if name not in text] == []
    codes = {getattr(esoteric_entropy, name).code for name in errors} - {"internal"}
    assert [code for code in codes if f"`{code}`" not in text] == []
