"""Alembic's entry point: runs the steps on the connection it is handed."""

from alembic import context

from parc.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    # One transaction for all steps: an upgrade happens wholly or not at all.
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
