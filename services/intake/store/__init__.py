"""Intake's own database: tables, queries, migrations. Nobody else reads it."""
