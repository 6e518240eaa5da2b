"""Readers turn bytes and wires into values: mail, mailboxes, scans, spreadsheets. Technology only, no rules."""
