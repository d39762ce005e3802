"""What the dashboard costs, each figure beside that of the plain way measured in the same run.

`python -m benchmarks --help` tells more. These are measurements, not tests: they fail nothing.
"""
