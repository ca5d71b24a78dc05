"""The tree of sub-tasks that a task belongs to, in the order in which a page shows it."""

from dataclasses import dataclass

from xpander_mock.storage.task import Task
from xpander_mock.storage.task_table import TaskTable

_MAX_NODES = 200


@dataclass(frozen=True)
class Node:
    """A task in the tree, and how deep it is below the root."""

    task: Task
    depth: int


def family(table: TaskTable, task: Task) -> tuple[list[Node], int]:
    """Return the tree from its root down, parents before children, and the number of tasks that were left out.

    Args:
        table: Where the tasks are.
        task: Any task of the tree.
    """
    root = _root(table, task)
    found = table.tree(root.id)
    children: dict[str, list[Task]] = {}
    for below in found.values():
        if below.parent is not None:
            children.setdefault(below.parent, []).append(below)
    nodes: list[Node] = []
    stack = [Node(root, 0)]
    while stack and len(nodes) < _MAX_NODES:
        node = stack.pop()
        nodes.append(node)
        stack += [Node(child, node.depth + 1) for child in reversed(children.get(node.task.id, []))]
    return nodes, len(found) - len(nodes)


def _root(table: TaskTable, task: Task) -> Task:
    """Return the topmost task above a task. A parent that was deleted ends the way up."""
    while task.parent is not None:
        parent = table.find(task.parent)
        if parent is None:
            break
        task = parent
    return task
