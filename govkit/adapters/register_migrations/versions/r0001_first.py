"""The first form of the index."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RUN_TEXTS = (
    "stamp", "state", "why", "run", "protocol", "version", "protocol_digest", "candidate", "identity", "pinned",
    "developer", "verdict", "checks", "begun", "sealed", "signed", "signer", "signer_key", "certificate",
    "certificate_ends",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "govkit_register_stores",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("path", sa.String(), nullable=False, unique=True),
        sa.Column("looked_at", sa.String(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
    )
    op.create_table(
        "govkit_register_runs",
        *_of_a_folder(),
        *(sa.Column(name, sa.String(), nullable=False) for name in RUN_TEXTS),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
    )
    op.create_table(
        "govkit_register_decisions",
        *_of_a_folder(),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
    )
    op.create_table(
        "govkit_register_files",
        *_of_a_folder(),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )


def _of_a_folder() -> tuple[sa.Column[int], sa.Column[str]]:
    store = sa.ForeignKey("govkit_register_stores.id", ondelete="CASCADE")
    return sa.Column("store_id", sa.Integer(), store, primary_key=True), sa.Column(
        "folder", sa.String(), primary_key=True
    )


def downgrade() -> None:
    """Take the tables away: everything in them can be read again from the evidence."""
    for table in ("files", "decisions", "runs", "stores"):
        op.drop_table(f"govkit_register_{table}")
