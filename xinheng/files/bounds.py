"""How much one file may ask for. Every bound of the reading child in one place.

A workbook earns memory by its own unpacked size, so that a small file that would unfold into a
huge sheet meets the smallest bound.
"""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

LARGEST_COLUMNS = 512
LARGEST_ROWS = 5_000_000
LONGEST_LINE = 1_000_000
LONGEST_CELL = 32_767
LARGEST_UNPACKED = 256 * MEBIBYTE
# Above this size a part that deflate shrank more than `LARGEST_RATIO` times is a bomb: sheets of
# real data shrink ten to thirty times, deflate at its limit a thousand times.
SMALLEST_BOMB = 16 * MEBIBYTE
LARGEST_RATIO = 100
MOST_PARTS = 2_000

LEAST_MEMORY = 256 * MEBIBYTE
MOST_MEMORY = 1024 * MEBIBYTE
INTERPRETER_MEMORY = 96 * MEBIBYTE
MEMORY_PER_UNPACKED_BYTE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What the kernel enforces on one child: address space, processor time, wall time."""

    memory_bytes: int = LEAST_MEMORY
    most_memory_bytes: int = MOST_MEMORY
    cpu_seconds: int = 600
    wall_seconds: int = 1_800


def memory_for(unpacked_bytes: int) -> int:
    """Return the address space a workbook of this unpacked size may use."""
    earned = INTERPRETER_MEMORY + MEMORY_PER_UNPACKED_BYTE * unpacked_bytes
    return min(max(earned, LEAST_MEMORY), MOST_MEMORY)
