"""The deeds: one function for each thing a person or the clock can cause. Gather, decide, say, record."""
