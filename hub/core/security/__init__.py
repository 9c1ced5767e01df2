"""Tokens, passwords, signatures, device keys."""
