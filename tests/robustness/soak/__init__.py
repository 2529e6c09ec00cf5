"""Long runs in a short time: a day of watching, and a hundred thousand abandoned requests."""
