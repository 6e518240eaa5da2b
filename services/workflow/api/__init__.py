"""Workflow's JSON endpoints: cases, what may be done with them, and doing it."""
