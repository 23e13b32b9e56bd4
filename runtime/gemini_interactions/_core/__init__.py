"""The rules, without I/O: pure objects that take bytes, events and outcomes and return values.

The shells (`client`, and its async twin) drive them and repeat none of them.
"""
