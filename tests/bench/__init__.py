"""`make bench`: the goals of speed and size, measured against peers side by side in one run."""
