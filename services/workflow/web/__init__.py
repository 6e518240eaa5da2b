"""Workflow's pages: where a citizen finds the answer."""
