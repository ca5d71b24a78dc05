"""The one object that does it all."""

from xpander_tasks._async import AsyncTasks
from xpander_tasks._sync import SyncTasks


class Tasks(SyncTasks, AsyncTasks):
    """The xpander.ai Tasks API: every method blocks, and has a twin with the prefix `a` to await.

    It is safe to share between threads, and between tasks of one event loop. Connections are kept and reused until
    `close`, `aclose`, or the end of a `with` or `async with` block.
    """
