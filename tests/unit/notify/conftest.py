"""These properties are about what is true, not about how fast a loaded machine finds it: no deadline per example."""

from hypothesis import settings

settings.register_profile("notify", deadline=None)
settings.load_profile("notify")
