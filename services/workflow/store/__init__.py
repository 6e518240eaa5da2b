"""Workflow's own database: cases, their timeline, the directory. Nobody else reads it."""
