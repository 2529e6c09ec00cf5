"""Text: cleaning, cell widths, translation, redaction. It imports no other package.

clean        makes text from outside harmless; sizes, durations and times for people
decoding     decodes text of an unknown encoding
redaction    removes secrets
cell_width   fits text into cells of the terminal
wrap         breaks a line into lines
file_names   makes text harmless in a file name
i18n         the language, and its sentences from `locale`
"""
