"""What is installed is what was looked at: each package at one version, known by its hash."""

import re
import tomllib

import pytest
from django.conf import settings

LOCKS = ["requirements.txt", "requirements-several.txt", "tests/requirements.txt"]
PROJECT = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]


def locked(name: str) -> dict[str, str]:
    """Package → all that stands about it."""
    text = (settings.BASE_DIR / name).read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=\[ ]", line, maxsplit=1)[0].lower(): line for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_one_version_and_a_hash(name):
    for line in locked(name).values():
        assert re.match(r"[\w.-]+(\[\w+\])?==[\w.]+ ", line) and "--hash=sha256:" in line, line[:60]


def test_the_locks_hold_what_the_project_names():
    """Else `make lock` was forgotten."""
    asked = {"requirements.txt": PROJECT["dependencies"]}
    more = PROJECT["optional-dependencies"]
    asked["requirements-several.txt"] = PROJECT["dependencies"] + more["several"]
    asked["tests/requirements.txt"] = asked["requirements-several.txt"] + more["tests"]
    for name, wanted in asked.items():
        found = locked(name)
        for one in wanted:
            package, version = one.split("==")
            package = package.split("[")[0].lower().replace("_", "-").replace(".", "-")
            assert re.search(rf"=={re.escape(version)}\s", found.get(package, "")), f"{one} is not in {name}"


def test_all_three_hold_the_same_versions():
    """The site is tested with what it runs with."""
    versions: dict[str, set[str]] = {}
    for name in LOCKS:
        for package, line in locked(name).items():
            versions.setdefault(package, set()).add(line.split()[0].split("==")[1])
    assert {package for package, found in versions.items() if len(found) > 1} == set()
