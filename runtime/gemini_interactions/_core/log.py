"""The one logger of this package, named as the package is: a vendored copy has its own."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__.removesuffix("._core.log"))
