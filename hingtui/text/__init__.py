"""Text: cleaning, cell widths, translation, redaction. It imports no other package."""
