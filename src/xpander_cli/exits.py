"""Exit codes of the command line. Scripts rely on them, so they change only in a major version."""

DONE = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
REFUSED = 4
TIMED_OUT = 5
PAUSED = 6
NETWORK = 7
INTERRUPTED = 130
READER_GONE = 141

MEANINGS = {
    DONE: "done",
    FAILED: "failed: a task did not complete (`invoke`, `watch --exit-status`), a change was refused, or the API or "
    "the disk failed",
    USAGE: "wrong usage: an option, a filter, a profile or a file that cannot work; nothing was sent or changed",
    NOT_FOUND: "no such task or agent",
    REFUSED: "the key is missing, wrong or not allowed to do this",
    TIMED_OUT: "`--timeout` was over before the tasks were done",
    PAUSED: "a task is paused and waits for a person",
    NETWORK: "the API could not be reached, or the connection was lost",
    INTERRUPTED: "interrupted by Ctrl-C",
    READER_GONE: "whoever read the output closed the pipe, as `head` does",
}
