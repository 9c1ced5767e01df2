"""The scenarios: each plays its part on a `Scene` and leaves its figures there."""
