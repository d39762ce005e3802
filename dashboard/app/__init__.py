"""Composition of the application: the engine, and page, API and metrics over it."""
