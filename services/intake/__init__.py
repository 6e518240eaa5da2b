"""Intake: the one door (art. 3). Owns submissions, originals' register, quarantine, drafts and channel checks.

Takes real input by seven adapters, normalises each into the one ``complaint.received`` and keeps the original before it
parses anything. Tells: ``complaint.received``, ``complaint.supplemented``. Hears: ``case.registered``, ``delivery.failed``.
"""
