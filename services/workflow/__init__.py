"""Workflow owns the cases: it registers every complaint, carries it through the regulation and files it.

In: ``complaint.*`` from intake, ``delivery.*`` from notify, ``document.rendered`` from forms. Out: ``case.*``.
"""
