"""
The tables of the register's index. Text throughout: times and digests as evidence writes them.

Their names begin with `govkit_register_`, so that a team may keep them beside others in one database. A change here
needs a migration (`register_migrations/versions`); a test holds the two together.
"""

import typing as t

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

REVISION: t.Final = "0001"
"""The newest migration."""
VERSION_TABLE: t.Final = "govkit_register_version"


class Base(DeclarativeBase):
    """All tables of the index."""


class StoreRow(Base):
    """An evidence store that was looked over."""

    __tablename__ = "govkit_register_stores"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    looked_at: Mapped[str]
    links: Mapped[int]
    """Symbolic links that were not followed."""


class RunRow(Base):
    """A run folder, as it described itself."""

    __tablename__ = "govkit_register_runs"

    store_id: Mapped[int] = mapped_column(
        ForeignKey("govkit_register_stores.id", ondelete="CASCADE"), primary_key=True
    )
    folder: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[str]
    state: Mapped[str]
    why: Mapped[str]
    run: Mapped[str]
    protocol: Mapped[str]
    version: Mapped[str]
    protocol_digest: Mapped[str]
    candidate: Mapped[str]
    identity: Mapped[str]
    pinned: Mapped[str]
    developer: Mapped[str]
    verdict: Mapped[str]
    checks: Mapped[str]
    """Identifiers, a space between."""
    made: Mapped[int]
    planned: Mapped[int]
    begun: Mapped[str]
    sealed: Mapped[str]
    signed: Mapped[str]
    signer: Mapped[str]
    signer_key: Mapped[str]
    certificate: Mapped[str]
    certificate_ends: Mapped[str]


class DecisionsRow(Base):
    """A folder of decisions."""

    __tablename__ = "govkit_register_decisions"

    store_id: Mapped[int] = mapped_column(
        ForeignKey("govkit_register_stores.id", ondelete="CASCADE"), primary_key=True
    )
    folder: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[str]
    problem: Mapped[str]
    """Why it could not be read; empty where it could."""


class FileRow(Base):
    """A record, a signature or a log, byte for byte: what is said of them is said anew each time."""

    __tablename__ = "govkit_register_files"

    store_id: Mapped[int] = mapped_column(
        ForeignKey("govkit_register_stores.id", ondelete="CASCADE"), primary_key=True
    )
    folder: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
