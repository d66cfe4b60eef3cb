"""What Alembic runs: the steps, over the connection that the index has open, in its transaction."""

from alembic import context

from govkit.adapters.register_tables import VERSION_TABLE, Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
