"""How rows are measured, judged and written down; what is measured is in the modules beside."""
