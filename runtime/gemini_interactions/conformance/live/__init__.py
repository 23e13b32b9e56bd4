"""Judging traffic while it happens: a server, a client, or what passes between two others."""
