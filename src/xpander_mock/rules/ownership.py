"""Which tasks and agents a caller may use. A caller is the organization that the credentials belong to."""

from xpander_mock.rules.errors import Forbidden, NotFound
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.storage.agent_table import AgentTable
from xpander_mock.storage.task import Task


class Ownership:
    """Finds tasks for a caller, and refuses those of others.

    Args:
        repository: Where tasks are found.
        agents: Whose agents are whose.
    """

    def __init__(self, repository: TaskRepository, agents: AgentTable) -> None:
        self.repository = repository
        self.agents = agents

    def check_agent(self, caller: str, agent_id: str) -> None:
        """Check that an agent exists and belongs to the caller.

        Raises:
            NotFound: It does not.
        """
        if self.agents.organization_of(agent_id) != caller:
            raise NotFound("Agent not found")

    def readable(self, caller: str, task_id: str) -> Task:
        """Return a task that the caller may read.

        Raises:
            NotFound: There is none; a task of another organization is as unknown as one that does not exist.
        """
        task = self.repository.find(task_id)
        if task is None or not self.owns(caller, task):
            raise NotFound("Task not found")
        return task

    def writable(self, caller: str, task_id: str) -> Task:
        """Return a task that the caller may stop or delete.

        Raises:
            NotFound: There is no such task.
            Forbidden: It belongs to another organization.
        """
        task = self.repository.find(task_id)
        if task is None:
            raise NotFound("Task not found")
        if not self.owns(caller, task):
            raise Forbidden
        return task

    def owns(self, caller: str, task: Task) -> bool:
        """Tell whether a task belongs to the caller."""
        return task.organization_id == caller
