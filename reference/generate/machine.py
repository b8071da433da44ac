"""Where and with what a measurement was made."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commit() -> str:
    """The checkout's commit."""
    answer = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def machine() -> str:
    """The processor, as far as the system says."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        names = [line.partition(":")[2].strip() for line in described.read_text().splitlines() if "model name" in line]
        if names:
            return f"{len(names)} x {names[0]}"
    return platform.processor() or platform.machine()


def versions(engines: list[str]) -> str:
    """Of Python, NumPy and Node, and the engines as they name themselves."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return ", ".join([f"Python {platform.python_version()}", f"NumPy {version('numpy')}", f"Node {node}", *engines])
