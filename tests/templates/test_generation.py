"""What is generated is what the generator makes, to the byte and to the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from templates.regenerate import PACKAGES, ROOT, differences, generate


@pytest.mark.parametrize(("package", "document"), PACKAGES.items(), ids=lambda path: path.name)
def test_the_tree_is_what_the_generator_makes(package: Path, document: Path, tmp_path: Path) -> None:
    """Generating each package again, elsewhere, gives the same files with the same bytes."""
    generate(ROOT / document, tmp_path / package.name)
    assert differences(ROOT / package, tmp_path / package.name) == []


def test_a_warning_of_the_generator_is_a_failure(tmp_path: Path) -> None:
    """A document of which a part would be left out is refused, with the generator's own words."""
    document = tmp_path / "document.yaml"
    document.write_text(
        "{openapi: 3.1.0, info: {title: T, version: '1'}, paths: {/x: {get: {responses: "
        "{'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/X'}}}}}}}}}"
    )
    with pytest.raises(SystemExit, match="Could not find reference"):
        generate(document, tmp_path / "client")


def test_every_difference_between_trees_is_found(tmp_path: Path) -> None:
    """A changed, a missing and a stale file are differences, in folders too; what Python caches is none."""
    left, right = tmp_path / "left", tmp_path / "right"
    for tree in (left, right):
        (tree / "models" / "__pycache__").mkdir(parents=True)
        (tree / "same.py").write_text("same")
        (tree / "models" / "changed.py").write_text("left!" if tree is left else "right")
    (left / "models" / "stale.py").write_text("")
    (right / "missing.py").write_text("")
    (left / "models" / "__pycache__" / "cached.pyc").write_text("")
    assert differences(left, right) == ["missing.py", "models/changed.py", "models/stale.py"]
