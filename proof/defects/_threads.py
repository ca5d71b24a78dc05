"""Bugs in conversations."""

from typing import Any

from proof.defects._defect import THREADS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask
from xpander_mock.parts import COMPLETED, Task, Tasks, Threads, Turn

Said = dict[str, Any]


# THREAD-1: what was said, in order


@defect("answer", "THREAD-1", "get_task_thread")
def thread_newest_first(call: Call, answer: Answer) -> None:
    """A thread is ordered newest first."""
    answer.body.reverse()


@defect("answer", "THREAD-1", "get_task_thread")
def thread_without_last_answer(call: Call, answer: Answer) -> None:
    """A thread ends before the assistant's last message."""
    if answer.body and answer.body[-1]["role"] == "assistant":
        answer.body.pop()


@defect("answer", "THREAD-1", "get_task_thread")
def thread_without_empty_texts(call: Call, answer: Answer) -> None:
    """A thread leaves out messages without a text, such as an input of files alone."""
    answer.body = [message for message in answer.body if message["content"]]


@defect("threads", "THREAD-1", "stop_task", "get_task_thread")
class StoppedTurnUnsaid(Threads):
    """The thread of a stopped task lacks the user's input of the stopped turn."""

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[Said]:
        return [] if turn.stopped else super().turn_messages(task, turn, number)


@defect("answer", "THREAD-1", *THREADS)
def thread_ordered_by_second_and_role(call: Call, answer: Answer) -> None:
    """Messages of the same second come in the alphabetical order of their roles."""
    for messages in [answer.body] if isinstance(answer.body, list) else answer.body.values():
        messages.sort(key=lambda message: (message["created_at"], message["role"]))


@defect("threads", "THREAD-1", "get_task_thread")
class ThreadSaysTitle(Threads):
    """A thread begins with the task's title in place of the user's input."""

    def thread(self, task: Task) -> list[Said]:
        first, *others = super().thread(task)
        return [first | {"content": task.turns[0].title or first["content"]}, *others]


@defect("answer", "THREAD-1", *THREADS)
def long_messages_cut(call: Call, answer: Answer) -> None:
    """A message is cut to 60 characters."""
    for messages in [answer.body] if isinstance(answer.body, list) else answer.body.values():
        for message in messages:
            message["content"] = message["content"] and message["content"][:60]


@defect("threads", "THREAD-1", *THREADS)
class LaterTurnsDatedEarlier(Threads):
    """The messages of a further turn are dated one minute before those of the first turn."""

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[Said]:
        messages = super().turn_messages(task, turn, number)
        first = task.turns[0].asked // 1_000_000 - 60
        return [message | {"created_at": first} for message in messages] if number else messages


# THREAD-2: whose messages


@defect("threads", "THREAD-2", "get_task_thread")
class ThreadWithSystemMessage(Threads):
    """A thread begins with the agent's instructions."""

    def thread(self, task: Task) -> list[Said]:
        return self.messages(task)[:1] + super().thread(task)


@defect("threads", "THREAD-2", "get_task_thread")
class ThreadWithToolMessages(Threads):
    """A thread has the messages of tools."""

    def thread(self, task: Task) -> list[Said]:
        return [message for message in self.messages(task) if message["role"] != "system"]


@defect("tasks", "THREAD-2", "get_task_thread")
class ThreadWithSubtasks(Tasks):
    """A thread also has the messages of the sub-tasks, at its end."""

    def get_task_thread(self, caller: str, task_id: str) -> list[Said]:
        own = super().get_task_thread(caller, task_id)
        children = self.repository.table.children(task_id)
        said = [message for child in children for message in self.threads.messages(child)]
        return own + [message for message in said if message["role"] in ("user", "assistant")]


# THREAD-3: the full thread


@defect("answer", "THREAD-3", "get_task_thread_full")
def full_thread_without_subtasks(call: Call, answer: Answer) -> None:
    """The full thread has a `root` and nothing else."""
    answer.body = {"root": answer.body["root"]}


@defect("answer", "THREAD-3", "get_task_thread_full")
def full_thread_of_first_subtask(call: Call, answer: Answer) -> None:
    """The full thread has the first sub-task and leaves out the others."""
    answer.body = dict(list(answer.body.items())[:2])


@defect("answer", "THREAD-3", "get_task_thread_full")
def full_thread_root_newest_first(call: Call, answer: Answer) -> None:
    """The full thread's `root` is ordered newest first."""
    answer.body["root"].reverse()


@defect("tasks", "THREAD-3", "get_task_thread_full")
class FullThreadOfLastTurn(Tasks):
    """The full thread's `root` holds the last turn alone."""

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[Said]]:
        full = super().get_task_thread_full(caller, task_id)
        users = [place for place, message in enumerate(full["root"]) if message["role"] == "user"]
        return full | {"root": full["root"][users[-1] :]}


@defect("answer", "THREAD-3", "get_task_thread_full")
def full_thread_without_silent_subtasks(call: Call, answer: Answer) -> None:
    """A sub-task that has not answered yet has no key in the full thread."""
    for key, messages in list(answer.body.items()):
        if key != "root" and all(message["role"] != "assistant" for message in messages):
            del answer.body[key]


@defect("tasks", "THREAD-3", "get_task_thread_full")
class SubtaskNamedRootReplacesTask(Tasks):
    """In the full thread, a sub-task whose id is `root` replaces the task's own messages."""

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[Said]]:
        full = super().get_task_thread_full(caller, task_id)
        named = self.repository.table.tree(task_id).get("root")
        return full | ({"root": self.threads.messages(named)} if named else {})


# THREAD-4: the sub-tasks' own conversations


@defect("answer", "THREAD-4", "get_task_thread_full")
def subtasks_repeat_root(call: Call, answer: Answer) -> None:
    """Under each sub-task's key the full thread repeats the root's messages."""
    for key in answer.body:
        answer.body[key] = answer.body["root"]


@defect("answer", "THREAD-4", "get_task_thread_full")
def subtasks_are_silent(call: Call, answer: Answer) -> None:
    """Under each sub-task's key the full thread has an empty list."""
    for key in answer.body:
        if key != "root":
            answer.body[key] = []


@defect("answer", "THREAD-4", "get_task_thread_full")
def full_thread_has_key_of_task_itself(call: Call, answer: Answer) -> None:
    """The full thread has the task's own messages a second time, under its id."""
    answer.body[call.ids["task_id"]] = answer.body["root"]


@defect("around", "THREAD-4", "get_task_thread_full")
async def threads_of_two_subtasks_swapped(call: Call, ask: Ask) -> Answer:
    """With two sub-tasks or more, each key holds the conversation of the next sub-task."""
    answer = await ask(call)
    if answer.ok:
        keys = [key for key in answer.body if key != "root"]
        threads = [answer.body[key] for key in keys]
        answer.body.update(zip(keys, threads[1:] + threads[:1], strict=True))
    return answer


# TURN-3: further turns


@defect("threads", "TURN-3", *THREADS)
class ThreadOfLastTurn(Threads):
    """A thread holds the last turn alone."""

    def messages(self, task: Task) -> list[Said]:
        messages = super().messages(task)
        users = [place for place, message in enumerate(messages) if message["role"] == "user"]
        return messages[:1] + messages[users[-1] :]


@defect("threads", "TURN-3", *THREADS)
class NewTurnFirst(Threads):
    """A thread has the turns from the last to the first, each in order."""

    def messages(self, task: Task) -> list[Said]:
        system, *said = super().messages(task)
        turns: list[list[Said]] = []
        for message in said:
            if message["role"] == "user":
                turns.insert(0, [])
            turns[0].append(message)
        return [system, *(message for turn in turns for message in turn)]


@defect("threads", "TURN-3", *THREADS)
class OlderAnswersForgotten(Threads):
    """A thread lacks the answers of all turns but the last."""

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[Said]:
        messages = super().turn_messages(task, turn, number)
        return messages if turn is task.turns[-1] else messages[:1]


@defect("threads", "TURN-3", *THREADS)
class MiddleTurnsForgotten(Threads):
    """A thread has only the first and the last turn."""

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[Said]:
        between = turn not in (task.turns[0], task.turns[-1])
        return [] if between else super().turn_messages(task, turn, number)


@defect("threads", "TURN-3", *THREADS)
class LaterInputsNotSaid(Threads):
    """From the second turn on, a thread gains the answer and not the input."""

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[Said]:
        messages = super().turn_messages(task, turn, number)
        return messages[1:] if number and turn.status == COMPLETED else messages
