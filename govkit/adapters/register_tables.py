"""
The tables of the register's index. Text throughout: times and digests as evidence writes them.

Their names begin with `govkit_register_`, so that a team may keep them beside others in one database. A change here
needs a migration (`register_migrations/versions`); a test holds the two together.

They are tables and no mapped classes: nothing here has a life of its own that a session would have to follow, and the
mapper is a tenth of a second of every call.
"""

import typing as t

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table

REVISION: t.Final = "0001"
"""The newest migration."""
VERSION_TABLE: t.Final = "govkit_register_version"
METADATA: t.Final = MetaData()


def _of_a_folder() -> tuple[Column[int], Column[str]]:
    store = ForeignKey("govkit_register_stores.id", ondelete="CASCADE")
    return Column("store_id", Integer, store, primary_key=True), Column("folder", String, primary_key=True)


STORES: t.Final = Table(
    "govkit_register_stores",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("path", String, nullable=False, unique=True),
    Column("looked_at", String, nullable=False),
    Column("links", Integer, nullable=False),
)
"""Evidence stores: where each lies, when it was looked over, and symbolic links that were not followed."""

RUN_TEXTS: t.Final = (
    "state", "why", "run", "protocol", "version", "protocol_digest", "candidate", "identity", "pinned", "developer",
    "verdict", "begun", "sealed", "signed", "signer", "signer_key", "certificate", "certificate_ends",
)  # fmt: skip
RUNS: t.Final = Table(
    "govkit_register_runs",
    METADATA,
    *_of_a_folder(),
    Column("stamp", String, nullable=False),
    *(Column(name, String, nullable=False) for name in RUN_TEXTS),
    Column("checks", String, nullable=False),
    Column("made", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
)
"""Run folders, as they described themselves (`govkit.approval.register.entry`); checks with a space between."""

DECISIONS: t.Final = Table(
    "govkit_register_decisions",
    METADATA,
    *_of_a_folder(),
    Column("stamp", String, nullable=False),
    Column("problem", String, nullable=False),
)
"""Folders of decisions, and why one could not be read; empty where it could."""

FILES: t.Final = Table(
    "govkit_register_files",
    METADATA,
    *_of_a_folder(),
    Column("name", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Records, signatures and logs, byte for byte: what is said of them is said anew each time."""
