"""One real input for each channel, as the demonstration feeds them."""
