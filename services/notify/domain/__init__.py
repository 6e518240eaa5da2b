"""The rules of answering: pure tables and decisions. No I/O, no clock, no log, no settings.

Read in this order: ``purposes`` (what can be said), ``occasions`` and ``plan`` (when it is said, to whom, by which route),
``contact`` and ``phones`` (how a person can be reached), ``parameters``, ``text`` and ``segments`` (in which words),
``quiet_hours`` and ``flood`` (when not), ``outcome``, ``state`` and ``retry`` (what became of it, and what next), ``rule``
(was art. 14 kept), ``replies`` (what people text back), ``breaker`` (which provider is well), ``addresses`` and
``return_path`` (e-mail addresses that can't be abused).
"""
