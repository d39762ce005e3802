"""Layouts of the pages."""
