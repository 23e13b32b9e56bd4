"""Interactions that belong together: runs with tools, parts that make a whole, conversations."""
