"""The parts of the dashboard around the table."""
