"""Readers: technology that turns what comes in into values (mail, mailboxes, scans, folders). They hold no rule."""
