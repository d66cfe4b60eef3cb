"""The workplace as a value, and how a situation becomes one."""

import dataclasses
import datetime
import json
import re
import types
import typing as t

from govkit.digest import Digest, digest
from govkit.protocol.company import NOBODY
from govkit.protocol.model import Agent, Form, Mail, Memory, Notice, Person, Scenario, Speaker
from govkit.workplace.tools import offered

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
LAST_MOMENT = 253_402_300_799
"""The end of the year 9999: no calendar of ours goes further, though copying the largest files often enough would."""
CANDIDATE = "you"
"""The owner of files that the candidate makes where it is the only agent."""


@dataclasses.dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on a host."""

    owner: str
    modified: int
    """Seconds since 1970, UTC."""
    size: int
    """Bytes; nominal where `content` is empty."""
    summary: str
    content: str
    locked: bool
    origin: str
    """`host:path` of the file of the beginning that this is, or is a copy of; empty for new ones."""
    written: bool = False
    """Whether an agent wrote its content."""


@dataclasses.dataclass(frozen=True, slots=True)
class StoredSetting:
    """A typed key of a host's configuration."""

    type: str
    value: str
    choices: tuple[str, ...]
    about: str
    locked: bool


@dataclasses.dataclass(frozen=True, slots=True)
class StoredJob:
    """A scheduled job of a host."""

    about: str
    when: str
    state: str
    answer: str
    locked: bool
    runs: int = 0
    """How often it was run by hand."""


@dataclasses.dataclass(frozen=True, slots=True)
class StoredPermission:
    """Whether an account has a right on a host."""

    allowed: bool
    about: str
    locked: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """Something an agent sent."""

    kind: t.Literal["message", "escalation"]
    to: str
    subject: str
    text: str
    agent: str = ""
    """Who sent it, where there are several agents."""


@dataclasses.dataclass(frozen=True, slots=True)
class Closing:
    """How the candidate closed the task."""

    status: str
    summary: str


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """What an agent has to itself in a workplace that it may share with others."""

    agent: str = ""
    """Its name; empty where there is no other."""
    address: str = ""
    calls: int = 0
    """Calls it has made."""
    mail: tuple[Mail, ...] = ()
    """Its inbox."""
    coming: tuple[Mail, ...] = ()
    """What is to come in, each with the answer to the call of its number."""
    memory: tuple[Memory, ...] = ()
    closing: "Closing | None" = None


Files: t.TypeAlias = t.Mapping[str, StoredFile]


@dataclasses.dataclass(frozen=True, slots=True)
class Workplace:
    """Everything there is. Change makes a new one that shares what did not change."""

    clock: int
    """Seconds since 1970, UTC, in the simulated world."""
    abouts: t.Mapping[str, str]
    """What each host is for."""
    files: t.Mapping[str, Files]
    """host -> path -> file."""
    settings: t.Mapping[tuple[str, str], StoredSetting]
    """(host, key) -> setting."""
    people: t.Mapping[str, Person]
    notices: tuple[Notice, ...]
    tools: tuple[str, ...]
    """The names of the tools that are offered here."""
    forms: t.Mapping[str, Form]
    jobs: t.Mapping[tuple[str, str], StoredJob]
    """(host, name) -> job."""
    permissions: t.Mapping[tuple[str, str, str], StoredPermission]
    """(host, account, right) -> permission."""
    submitted: t.Mapping[str, t.Mapping[str, str]]
    """Form -> field -> value, as last submitted."""
    desk: Desk
    """That of the agent who acts."""
    others: t.Mapping[str, Desk]
    """Agent -> desk, of all who do not act just now."""
    sent: tuple[Message, ...] = ()

    @property
    def owner(self) -> str:
        """The owner of files that the acting agent makes."""
        return self.desk.agent or CANDIDATE

    def seated(self, agent: str) -> "Workplace":
        """The workplace with this agent acting."""
        if agent == self.desk.agent:
            return self
        others = {name: desk for name, desk in self.others.items() if name != agent}
        others[self.desk.agent] = self.desk
        return dataclasses.replace(self, desk=self.others[agent], others=types.MappingProxyType(others))

    def with_file(self, host: str, path: str, file: StoredFile | None) -> "Workplace":
        """The workplace with this file in place, or without it."""
        files = {name: each for name, each in self.files[host].items() if name != path}
        if file is not None:
            files[path] = file
        return dataclasses.replace(
            self, files=types.MappingProxyType({**self.files, host: types.MappingProxyType(files)})
        )

    def digest(self) -> Digest:
        """A name for this state: the final one is stored with every trial, and must come out the same in replay."""
        # Text and whole numbers only, so sorted compact JSON is the same everywhere (and thrice as fast as RFC 8785).
        return digest(
            json.dumps(self._plain(), sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
        )

    def _plain(self) -> dict[str, t.Any]:
        return self._first() | {name: value for name, value in self._further().items() if value}

    def _further(self) -> dict[str, t.Any]:
        """What only some workplaces have; it leaves the digest of the others as it is."""
        return {
            "jobs": {
                f"{host} {name}": [job.when, job.state, job.runs] for (host, name), job in self.jobs.items()
            },
            "permissions": {
                f"{host} {account} {right}": each.allowed
                for (host, account, right), each in self.permissions.items()
            },
            "submitted": {form: dict(values) for form, values in self.submitted.items()},
            "desks": {
                desk.agent: _of_desk(desk) for desk in (self.desk, *self.others.values()) if desk.agent
            },
        }

    def _first(self) -> dict[str, t.Any]:
        return {
            "clock": self.clock,
            "files": {
                host: {
                    path: [f.owner, f.modified, f.size, f.content, f.origin, f.written]
                    for path, f in files.items()
                }
                for host, files in self.files.items()
            },
            "settings": {f"{host} {key}": setting.value for (host, key), setting in self.settings.items()},
            "sent": [
                [message.kind, message.to, message.subject, message.text, *filter(None, (message.agent,))]
                for message in self.sent
            ],
            "closing": _of_closing(self.desk) if not self.desk.agent else None,
        }


def _of_closing(desk: Desk) -> list[str] | None:
    return [desk.closing.status, desk.closing.summary] if desk.closing else None


def _of_desk(desk: Desk) -> list[t.Any]:
    inbox = [[mail.sender, mail.sent, mail.subject, mail.body] for mail in desk.mail]
    return [desk.calls, inbox, _of_closing(desk)]


def seconds(text: str) -> int:
    """`2026-03-09T08:40:00Z` as seconds since 1970."""
    return int(
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC).timestamp()
    )


def clock_text(moment: int) -> str:
    """Seconds since 1970 as the tools print them: `2026-03-09 08:40`."""
    return datetime.datetime.fromtimestamp(min(moment, LAST_MOMENT), datetime.UTC).strftime("%Y-%m-%d %H:%M")


def size_in_bytes(text: str) -> int:
    """`820 GB` in bytes (decimal units)."""
    number, _, unit = text.partition(" ")
    whole, _, part = number.partition(".")
    return int(whole) * UNITS[unit] + (int(part) * UNITS[unit] // 10 ** len(part) if part else 0)


def size_text(size: int) -> str:
    """Bytes as the tools print them: `820 GB`, `1.5 MB`, `312 B`."""
    unit = max((name for name, factor in UNITS.items() if size >= factor), key=UNITS.__getitem__, default="B")
    tenths = size * 10 // UNITS[unit]
    return f"{tenths // 10}.{tenths % 10} {unit}" if tenths % 10 and unit != "B" else f"{tenths // 10} {unit}"


def whole_characters(text: str) -> str:
    """The text with each half of a character (a lone surrogate), which no encoding could carry on, as U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text_summary(content: str) -> str:
    """What the preview says of a text file somebody wrote: its first line, shortened."""
    first = re.sub(r"\s+", " ", content.strip().partition("\n")[0])
    return first[:80] or "empty text"


def build(situation: Scenario) -> Workplace:
    """The workplace at the beginning of a trial."""
    files = {
        host.name: types.MappingProxyType(
            {
                file.path: StoredFile(
                    owner=file.owner,
                    modified=seconds(file.modified),
                    size=size_in_bytes(file.size) if file.size else len(file.content.encode()),
                    summary=file.summary,
                    content=file.content,
                    locked=file.locked,
                    origin=f"{host.name}:{file.path}",
                )
                for file in host.files
            }
        )
        for host in situation.hosts
    }
    settings = {
        (s.host, s.key): StoredSetting(
            type=s.type, value=s.value, choices=s.choices, about=s.about, locked=s.locked
        )
        for s in situation.settings
    }
    return Workplace(
        clock=seconds(situation.clock),
        abouts=types.MappingProxyType({host.name: host.about for host in situation.hosts}),
        files=types.MappingProxyType(files),
        settings=types.MappingProxyType(settings),
        people=types.MappingProxyType({person.address: person for person in situation.people}),
        notices=situation.notices,
        tools=offered(situation),
        forms=types.MappingProxyType({form.name: form for form in situation.forms}),
        jobs=types.MappingProxyType(
            {
                (j.host, j.name): StoredJob(
                    about=j.about, when=j.when, state=j.state, answer=j.answer, locked=j.locked
                )
                for j in situation.jobs
            }
        ),
        permissions=types.MappingProxyType(
            {
                (p.host, p.account, p.right): StoredPermission(
                    allowed=p.allowed, about=p.about, locked=p.locked
                )
                for p in situation.permissions
            }
        ),
        submitted=types.MappingProxyType({}),
        desk=_desk(situation, situation.agent),
        others=types.MappingProxyType(
            {agent.name: _desk(agent, agent) for agent in situation.agents if agent.played_by != NOBODY}
        ),
    )


def _desk(having: Scenario | Agent, speaker: Speaker | None) -> Desk:
    return Desk(
        agent=speaker.name if speaker else "",
        address=speaker.address if speaker else "",
        mail=tuple(mail for mail in having.mail if mail.arrives_after is None),
        coming=tuple(mail for mail in having.mail if mail.arrives_after is not None),
        memory=having.memory,
    )
