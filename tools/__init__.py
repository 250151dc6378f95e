"""The machinery, which a team uses and seldom changes: see the map in docs/architecture.md."""
