"""Intake's JSON endpoints: each turns a request into a submission and answers with a receipt."""
