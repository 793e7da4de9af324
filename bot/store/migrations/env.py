"""Alembic's entry: `store.migrate` hands over a connection that is already in a transaction."""

from alembic import context

from bot.store.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=False,
)
context.run_migrations()
