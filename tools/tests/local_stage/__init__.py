"""The local stage's own parts, one by one. The whole of it is exercised by the e2e level."""
