"""Alembic's entry point, the same for every service: runs the migrations on the connection that was handed over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
    compare_type=True,
    version_table=context.config.attributes["version_table"],
)

with context.begin_transaction():
    context.run_migrations()
