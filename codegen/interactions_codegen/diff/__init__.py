"""What changes from one revision to the next, and for whom: on the models, not on the files."""
