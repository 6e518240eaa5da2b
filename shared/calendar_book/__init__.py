"""The calendar as it is kept while the software runs: notices loaded and local decisions, on top of what came with it.

Lives in the database that all services share for identities, in a chain of migrations of its own (ADR 0008).
"""
