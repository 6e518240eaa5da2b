"""Forms' own database: the story of each complaint, the documents made of it. Nobody else reads it."""
