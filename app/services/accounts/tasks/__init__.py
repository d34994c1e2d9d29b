"""What can be done to many accounts at once: one task each, in this table."""

from typing import Final

from .create import CREATE
from .flags import ACTIVATE, BLOCK, DEACTIVATE, UNBLOCK
from .remove import DELETE
from .role import TO_CARE_MANAGER
from .secret import PRINT, REMIND, RESET
from .task import Task

TASKS: Final[dict[str, Task]] = {
    task.code: task
    for task in (CREATE, RESET, REMIND, PRINT, ACTIVATE, DEACTIVATE, BLOCK, UNBLOCK, TO_CARE_MANAGER, DELETE)
}

__all__ = ["TASKS", "Task"]
