"""Modules import one another in one direction only, package files and imports inside functions included."""

import graphlib
import pathlib

import grimp
import pytest


def _cycle(package: str) -> list[str]:
    """A circle of imports among the modules of a package, or nothing. A package's `__init__` is a module like any."""
    graph = grimp.build_graph(package, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_a_detour() -> None:
    """No chain of imports in the package comes back to where it began."""
    assert _cycle("govkit") == []


def test_a_planted_circle_is_found(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle through a package's own `__init__`, half of it inside a function, is seen."""
    package = tmp_path / "planted_circle"
    package.mkdir()
    (package / "__init__.py").write_text("from planted_circle import leaf\n", encoding="utf-8")
    (package / "leaf.py").write_text("def late():\n    import planted_circle\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert set(_cycle("planted_circle")) == {"planted_circle", "planted_circle.leaf"}
