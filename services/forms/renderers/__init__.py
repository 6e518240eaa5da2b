"""From a composed paper to bytes: PDF by typst, DOCX by python-docx, the fonts and the QR code they need."""
