"""What all four services stand on: the published language, working time, store, messaging. No business rule lives here."""
