"""
A scenario put together with the world it is set in, before either is judged as a whole.

The scenario takes over everything of its world and adds to it: lists are joined (world first; files join those of the
host of the same name), mappings are merged down to their texts. Nothing is ever replaced: what stands in both is a
fault, so that a reader of either file may trust what it says. Every part keeps the file and line it came from.
"""

import dataclasses
import typing as t

from govkit.errors import Fault
from govkit.protocol.strict_yaml import Document, Path

OWN = frozenset({"format", "id", "title"})
"""Keys of a world that are its own."""


def settled(scenario: Document, world: Document, factors: t.Collection[str] | None) -> Document:
    """
    The scenario with its world in it; of the world's slots, those of these factors (all, where they are not known).

    Both must be mappings. What clashes is among the faults of the result.
    """
    joint = _Joint(scenario, world)
    value = dict(scenario.value)
    inherited = {key: given for key, given in world.value.items() if key not in OWN}
    slots = inherited.get("slots")
    if isinstance(slots, dict) and factors is not None:
        inherited["slots"] = {name: each for name, each in slots.items() if name in factors}
    for key, given in inherited.items():
        if key not in value:
            value[key] = joint.taken(given, (key,), (key,))
        elif key == "hosts":
            value[key] = joint.hosts(given, value[key])
        else:
            value[key] = joint.merged(given, value[key], (key,))
    return dataclasses.replace(
        scenario, value=value, lines=joint.lines, files=joint.files, faults=(*scenario.faults, *joint.faults)
    )


class _Joint:
    """Where the parts of the result came from, while it is put together."""

    def __init__(self, scenario: Document, world: Document) -> None:
        self._scenario, self._world = scenario, world
        self._of_scenario, self._of_world = _by_prefix(scenario.lines), _by_prefix(world.lines)
        self.lines: dict[Path, int] = dict(scenario.lines)
        self.files: dict[Path, str] = {}
        self.faults: list[Fault] = []

    def taken(self, value: t.Any, path: Path, source: Path) -> t.Any:
        """A part of the world that goes to `path`; it stood at `source`."""
        for each in self._of_world.get(source, ()):
            there = (*path, *each[len(source) :])
            self.lines[there], self.files[there] = self._world.lines[each], self._world.file
        return value

    def merged(self, ours: t.Any, theirs: t.Any, path: Path) -> t.Any:
        """What world and scenario have under the same key."""
        if isinstance(ours, list) and isinstance(theirs, list):
            return self._joined(ours, theirs, path)
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            place = self._scenario.place(path)
            what = f"{'.'.join(map(str, path))[:200]} stands in {self._world.file} already"
            self.faults.append(Fault(*place, what, "leave it out here, or there"))
            return theirs
        result = dict(theirs)
        for key, given in ours.items():
            here = (*path, key)
            result[key] = (
                self.merged(given, theirs[key], here) if key in theirs else self.taken(given, here, here)
            )
        return result

    def hosts(self, ours: t.Any, theirs: t.Any) -> t.Any:
        """The world's hosts, then the scenario's; files of hosts of the same name stand together."""
        if not isinstance(ours, list) or not isinstance(theirs, list):
            return self.merged(ours, theirs, ("hosts",))
        added = {_name(host): index for index, host in enumerate(theirs)}
        known = {_name(host) for host in ours}
        new = [host for host in theirs if _name(host) not in known]
        self._cleared(("hosts",))
        result = []
        for index, host in enumerate(ours):
            self.taken(host, ("hosts", index), ("hosts", index))
            more = theirs[added[_name(host)]] if _name(host) in added else None
            result.append(host if more is None else self._with_files(host, more, index, added[_name(host)]))
        for index, host in enumerate(new, start=len(ours)):
            self._moved(("hosts", theirs.index(host)), ("hosts", index))
        return [*result, *new]

    def _with_files(self, host: t.Any, more: t.Any, index: int, other: int) -> t.Any:
        ours, theirs = host.get("files", []), more.get("files", [])
        if set(more) - {"name", "files"}:
            place = self._scenario.place(("hosts", other))
            what = f"the host {more['name']!r} stands in {self._world.file} already"
            self.faults.append(Fault(*place, what, "say only its name, and the files that are added"))
        if not isinstance(ours, list) or not isinstance(theirs, list):
            return host
        source: Path = ("hosts", other, "files")
        for number in range(len(theirs)):
            there: Path = ("hosts", index, "files", len(ours) + number)
            self._moved((*source, number), there)
        return {**host, "files": [*ours, *theirs]}

    def _joined(self, ours: list[t.Any], theirs: list[t.Any], path: Path) -> list[t.Any]:
        self._cleared(path)
        for number in range(len(theirs)):
            self._moved((*path, number), (*path, len(ours) + number))
        for number, value in enumerate(ours):
            self.taken(value, (*path, number), (*path, number))
        return [*ours, *theirs]

    def _cleared(self, path: Path) -> None:
        """The lines below `path` are to be written anew: its parts get other places."""
        for each in self._of_scenario.get(path, ()):
            if len(each) > len(path):
                self.lines.pop(each, None)

    def _moved(self, source: Path, there: Path) -> None:
        """The scenario's own lines of a part that stands at another place now."""
        for each in self._of_scenario.get(source, ()):
            self.lines[(*there, *each[len(source) :])] = self._scenario.lines[each]


def _by_prefix(lines: t.Mapping[Path, int]) -> dict[Path, list[Path]]:
    """Every path, by each of its beginnings and by itself."""
    found: dict[Path, list[Path]] = {}
    for path in lines:
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], []).append(path)
    return found


def _name(host: t.Any) -> str | None:
    name = host.get("name") if isinstance(host, dict) else None
    return name if isinstance(name, str) else None
