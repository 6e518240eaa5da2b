"""Intake: the seven doors. It owns submissions, their originals, and the one message ``complaint.received``."""
