"""Forms' JSON endpoints: which documents a case has, and the documents themselves."""
