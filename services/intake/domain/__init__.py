"""Pure rules of intake: what a submission is, how it is normalised, what is missing, what a mail is."""
