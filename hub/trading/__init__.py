"""Signals, decisions, devices, executions."""
