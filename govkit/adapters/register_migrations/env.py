"""What Alembic runs: the steps, over the connection that the index has open, in its transaction."""

from alembic import context

from govkit.adapters.register_tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
