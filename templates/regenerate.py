"""Rebuild what is generated, or with `--check` see whether it is as the generator makes it."""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = {
    Path("generated/xpander_api_client"): Path("openapi.yaml"),
    Path("tests/templates/golden/library_client"): Path("tests/templates/library.yaml"),
}
"""What is generated, and the document it is generated from."""


def generate(document: Path, package: Path) -> None:
    """Generate a package in an empty place. A warning of the generator is an error.

    Raises:
        SystemExit: The generator failed; its own message has been printed.
    """
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": scripts + os.pathsep + os.environ.get("PATH", "")}
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.json"
        with prepared.open("w") as file:
            subprocess.run([sys.executable, ROOT / "templates" / "prepare.py", document], stdout=file, check=True)
        command = ["openapi-python-client", "generate", "--path", prepared, "--config", ROOT / "generator-config.yml"]
        command += ["--custom-template-path", ROOT / "templates", "--meta", "none", "--output-path", package]
        made = subprocess.run(
            [*command, "--fail-on-warning"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if made.returncode:
        sys.exit(made.stdout)


def differences(left: Path, right: Path) -> list[str]:
    """Return the files that two trees do not have in common, byte for byte."""
    names = {path.relative_to(tree) for tree in (left, right) for path in tree.rglob("*") if path.is_file()}
    kept = {name for name in names if "__pycache__" not in name.parts}
    _, differing, missing = filecmp.cmpfiles(left, right, map(str, kept), shallow=False)
    return sorted(differing + missing)


def main() -> None:
    """Generate each package elsewhere, then put it in place or compare it with what is there."""
    checking = sys.argv[1:] == ["--check"]
    stale: list[str] = []
    for package, document in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / package.name
            generate(ROOT / document, made)
            if checking:
                stale += [str(package / name) for name in differences(ROOT / package, made)]
            else:
                shutil.rmtree(ROOT / package, ignore_errors=True)
                shutil.copytree(made, ROOT / package)
    if stale:
        sys.exit("\n".join(["Not as the generator makes them; run `make regenerate`:", *stale]))


if __name__ == "__main__":
    main()
