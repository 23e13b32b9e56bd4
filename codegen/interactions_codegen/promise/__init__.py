"""Public names stay: what is `offered` is held against the `snapshots` of what was given out, by
the rule of `compatibility`, which compares `annotations`."""
