"""Dash components of the page."""
