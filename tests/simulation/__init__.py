"""The whole pipeline in one process on a virtual clock: seeded faults, people and days, and an oracle beside it.

`python -m tests.simulation --seed N` runs one seed; the same seed gives the same trace.
"""
