"""Let two paths change places in one step, where the system and the file system can."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

AT_FDCWD = -100
LINUX_EXCHANGE = 2  # RENAME_EXCHANGE
MACOS_EXCHANGE = 2  # RENAME_SWAP
UNABLE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})


def exchange(one: Path, other: Path) -> bool:
    """Whether they changed places; where it is not possible, nothing happened."""
    import ctypes  # slow to load, and rarely needed

    arguments = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            first, second = arguments
            failed = library.renameat2(AT_FDCWD, first, AT_FDCWD, second, LINUX_EXCHANGE)
        elif sys.platform == "darwin":
            failed = library.renamex_np(*arguments, MACOS_EXCHANGE)
        else:
            return False
    except (AttributeError, OSError, TypeError):  # a C library without it, or none to be had
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in UNABLE:
        return False
    raise OSError(code, os.strerror(code), os.fspath(other))
