"""One module a channel: takes the channel's real input and ends in a Submission.

``told`` is what the five spoken and written channels share; ``email_inbox`` and ``fax_scan`` stand on the readers.
"""
