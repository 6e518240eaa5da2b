"""Intake's pages: where a citizen learns how to complain, complains, and gets a receipt."""
