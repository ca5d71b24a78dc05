"""Run a command until standard input closes, so that a server never outlives the run that started it.

Closing happens by itself when the run dies, however it dies; nothing has to be caught.
"""

import os
import subprocess
import sys
import threading

GRACE_SECONDS = 5


def main(command: list[str]) -> None:
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    # A server that ends by itself must end this process too: whoever reads our output waits for its end.
    threading.Thread(target=lambda: os._exit(server.wait()), daemon=True).start()
    sys.stdin.buffer.read()
    server.terminate()
    try:
        server.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
