"""The rules. Nothing here does I/O or reads a clock: time, words and settings come as arguments."""
