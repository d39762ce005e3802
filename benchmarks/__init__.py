"""Benchmarks of the dashboard, each compared with a plain implementation measured in the same run.

`python -m benchmarks --help` lists them. They measure and never fail a build.
"""
