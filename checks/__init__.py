"""The side that reads: what is observed, as values that a case can assert on. Nothing here writes but trials."""
