"""The rules of official documents: what forms there are, when each is due, how it is filled in and who may read what."""
