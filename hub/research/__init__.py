"""What strategies think: what they decided, and why."""
