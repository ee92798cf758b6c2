"""Measurements that are too long for the test suite: `python -m tests.bench`."""
