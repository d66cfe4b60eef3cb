"""A run's place in memory."""

import typing as t

from govkit.digest import digest
from govkit.evidence.segment import encode, read_segment


class MemoryRecords:
    """Implements `govkit.workflow.ports.Records` without a disk; the segment is the same bytes as in a folder."""

    def __init__(self, kind: str) -> None:
        self._name = f"{kind}-000001.zst"
        self._segment = b""

    @property
    def segment(self) -> bytes:
        """The file as a folder would hold it."""
        return self._segment

    def append(self, records: t.Sequence[bytes]) -> None:
        self._segment += encode(records)

    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        if self._segment:
            yield self._name, len(self._segment), digest(self._segment)

    def records(self) -> t.Iterator[bytes]:
        yield from read_segment(self._segment, where=self._name)


class MemoryStore:
    """Implements `govkit.workflow.ports.Store` without a disk."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self.transcripts = MemoryRecords("transcripts")
        self.judgements = MemoryRecords("judgements")

    def get(self, name: str) -> bytes | None:
        return self._files.get(name)

    def put(self, name: str, data: bytes) -> None:
        self._files[name] = bytes(data)

    def remove(self, name: str) -> None:
        self._files.pop(name, None)

    def append(self, records: t.Sequence[bytes]) -> None:
        self.transcripts.append(records)

    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        return self.transcripts.segments()

    def records(self) -> t.Iterator[bytes]:
        return self.transcripts.records()
