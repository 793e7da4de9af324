"""The record: the only room that speaks SQL. Rows go in and out as values; nothing naive, nothing in clear."""
