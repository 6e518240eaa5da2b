<<<<<<< HEAD
"""Pure rules of intake: what a submission is, how it is normalised, what is missing, what a mail is."""
=======
"""Intake's rules: pure values, tables and decisions. No I/O, no clock, no log, no settings."""
>>>>>>> mail-readers
