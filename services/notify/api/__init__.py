"""Notify's JSON endpoints: the ledger, the call list, how the one-working-day rule is kept."""
