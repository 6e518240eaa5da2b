"""Who is asking: accounts, tokens and the principal they stand for. One identity for all services, checked by each itself.

What a role may do is not known here; that stands in the services' tables.
"""
