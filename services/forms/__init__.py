"""forms: the documents of the regulation, ready to sign, to file and to trust. It owns every issued document and its number."""
