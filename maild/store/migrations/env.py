"""Alembic's entry: runs on the connection that maild.store.schema hands over."""

from alembic import context

from maild.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
