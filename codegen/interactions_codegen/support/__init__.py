"""What all revisions share. Not generated from the spec: the same for every one of them."""
