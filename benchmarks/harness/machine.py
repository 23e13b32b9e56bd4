"""What the figures were taken on, and with which versions."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from .peers import REQUIREMENTS


def facts() -> dict[str, str]:
    return {
        "processor": processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before the run": f"{os.getloadavg()[0]:.1f}",
        "peers": ", ".join(versions()),
    }


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def versions() -> list[str]:
    """Of everything that is pinned."""
    pinned = (text for texts in REQUIREMENTS.values() for text in texts if "==" in text)
    return sorted({text.replace("==", " ") for text in pinned})
