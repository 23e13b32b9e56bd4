# Copied by interactions-codegen 0.1.0: the same for every revision.

"""What all revisions share. Not generated from the spec: the same for every one of them."""
