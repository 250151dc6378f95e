"""The reports of a run: terminal, JSON, JUnit and one HTML page."""
