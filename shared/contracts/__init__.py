"""The published language: the only thing that services know of each other.

CloudEvents envelopes (``envelope``), the messages (``complaint``, ``case``, ``delivery``, ``document``), the closed
vocabularies (``values``), tracking codes (``tracking``) and the catalogue of types (``catalogue``). JSON Schemas and the
AsyncAPI document under ``generated/`` are made from the models by ``make contracts``.
"""
