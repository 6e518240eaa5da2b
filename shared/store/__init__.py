"""Storage that all services share the shape of: engine, unit of work, group commit, outbox, inbox, dead letters.

Every service opens a database of its own with this; nobody reads another's. No table of a service is known here.
"""
