"""Writes the golden fixtures."""
