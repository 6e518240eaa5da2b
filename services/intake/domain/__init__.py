"""Intake's rules: pure values, tables and decisions. No I/O, no clock, no log, no settings."""
