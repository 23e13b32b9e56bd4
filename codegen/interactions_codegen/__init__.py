"""Turn the spec of the Interactions API into typed Python bindings."""

__version__ = "0.1.0"
