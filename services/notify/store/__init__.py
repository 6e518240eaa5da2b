"""Notify's own database: contacts, deliveries, the ledger of silence, the response rule. Nobody else reads it."""
