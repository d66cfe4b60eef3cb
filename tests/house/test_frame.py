"""What stands round the package: the top level, the licence, the version, and what we depend on."""

import importlib.metadata
import pathlib
import re
import tomllib
import typing as t

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import govkit

HERE = pathlib.Path(__file__).resolve().parents[2]
PROJECT: dict[str, t.Any] = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = tuple(Requirement(line) for line in PROJECT["dependencies"])
EXTRA = tuple(Requirement(line) for line in PROJECT["optional-dependencies"]["pkcs11"])
CHOSEN = tuple(Requirement(line) for line in PROJECT["optional-dependencies"]["postgresql"])
"""Chosen by the address of an index, and imported by no module of ours."""
DEV = tuple(Requirement(line) for line in PROJECT["optional-dependencies"]["dev"])

TOP_LEVEL = {
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "docs",
    "evidence",
    "govkit",
    "pyproject.toml",
    "report_templates",
    "test_protocols",
    "tests",
}
BUILT = {"build", "dist"}


def _imported() -> set[str]:
    """The distributions, by canonical name, whose modules the package imports."""
    graph = grimp.build_graph("govkit", include_external_packages=True, cache_dir=None)
    homes = importlib.metadata.packages_distributions()
    tops = {module.partition(".")[0] for module in graph.modules}
    return {str(canonicalize_name(home)) for top in tops for home in homes.get(top, ())} - {"govkit"}


def test_the_top_level_holds_what_the_architecture_names() -> None:
    """Nothing but the agreed files and folders (and dotfiles) stands at the top level."""
    found = {path.name for path in HERE.iterdir() if not path.name.startswith(".")}
    assert found - TOP_LEVEL - BUILT == set()


def test_the_licence_is_apache_2_0_in_full() -> None:
    """The licence that the package names is the text that it carries."""
    text = (HERE / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability" in text


def test_one_version_everywhere() -> None:
    """The package, its project file and its installed metadata name the same version."""
    assert govkit.__version__ == PROJECT["version"] == importlib.metadata.version("govkit")


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    """The package imports no library that it does not ask for, and asks for none that it does not import."""
    declared = {str(canonicalize_name(need.name)) for need in (*NEEDED, *EXTRA)}
    assert _imported() == declared


@pytest.mark.parametrize("need", [*NEEDED, *EXTRA, *CHOSEN], ids=lambda need: need.name)
def test_a_library_is_bounded_and_explained(need: Requirement) -> None:
    """Each library has a lower and an upper bound, and a row in docs/dependencies.md."""
    assert {spec.operator for spec in need.specifier} >= {">=", "<"}
    table = (HERE / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert re.search(rf"(^\| |: ){re.escape(need.name)} (\||\()", table, re.MULTILINE | re.IGNORECASE)


def test_the_malicious_releases_of_litellm_are_out_of_reach() -> None:
    """Neither bound nor exclusion would let the two malicious releases in, even if the other were dropped."""
    (litellm,) = (need for need in NEEDED if need.name == "litellm")
    assert not {"1.82.7", "1.82.8"} & set(litellm.specifier.filter(["1.82.7", "1.82.8"]))
    assert {"!=1.82.7", "!=1.82.8"} <= {str(spec) for spec in litellm.specifier}


def test_the_versions_tried_together_are_within_the_bounds() -> None:
    """Every library and tool that is asked for is pinned for `make` and CI, to a version its bounds allow."""
    lines = (HERE / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    tried = {canonicalize_name(name): version for name, version in pins.items()}
    for need in (*NEEDED, *EXTRA, *CHOSEN, *(need for need in DEV if need.name != "govkit")):
        assert need.specifier.contains(tried[canonicalize_name(need.name)]), need
