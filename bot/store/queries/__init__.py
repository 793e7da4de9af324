"""The statements, one noun a file. Each takes `work` (an open transaction) and gives back values."""
