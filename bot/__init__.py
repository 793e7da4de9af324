"""ChemoLine: a text line about chemotherapy. CONTRIBUTING.md has the map of the rooms."""
