"""What people pay for, and what they may use."""
