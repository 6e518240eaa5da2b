"""Notify: everyone is answered within one working day (art. 14), whatever fails.

Owns the deliveries: what is said to whom, by which route, what became of it, and whether the one-working-day rule was
kept. It hears ``complaint.*`` and ``case.*`` and tells ``delivery.*``; it decides nothing about a case.
"""
