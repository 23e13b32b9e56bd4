"""Tests of the generator: what it writes, what it refuses, and that it writes all or nothing."""
