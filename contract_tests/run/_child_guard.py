"""Run a command until standard input closes, so that a server never outlives the run that started it.

The operating system closes the pipe whenever the run ends, even by SIGKILL, so no signal has to be handled.
"""

import os
import subprocess
import sys
import threading

GRACE_SECONDS = 5


def main(command: list[str]) -> None:
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    # If the server ends first, this process must end too, because the reader of its output waits for that.
    threading.Thread(target=lambda: os._exit(server.wait()), daemon=True).start()
    sys.stdin.buffer.read()
    server.terminate()
    try:
        server.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
