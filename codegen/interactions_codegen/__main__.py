"""`python -m interactions_codegen`."""

from .cli import main

raise SystemExit(main())
