"""Forms' pages: where anyone finds out whether a receipt or a document is genuine."""
