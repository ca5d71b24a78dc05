"""A healthy server that keeps the contract and differs from the mock in everything else.

Ids are numbers, dates whole seconds with an offset, absent fields are left out, a task is pending until it has ended,
agents do not echo, foreign things are 403, big page numbers 422, no bearer token is good, and few tasks are there.
"""

import json
import threading
import time
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

KEYS = {"first-key-0123456789ABCdef": "7", "second-key-0123456789ABCdef": "8"}
AGENTS = {"101": "7", "102": "7", "201": "8"}
STATUSES = ("pending", "executing", "paused", "error", "failed", "completed", "stopped")
ENUMS = {
    "output_format": ("text", "markdown", "json", "voice"),
    "think_mode": ("default", "harder"),
    "llm_reasoning_effort": ("low", "medium", "high", "xhigh"),
}
OBJECTS = ("payload_extension", "output_schema", "user_tokens")
STRINGS = ("id", "title", "source", "parent_execution_id", "triggering_agent_id", "additional_context")
LISTED = ("id", "agent_id", "organization_id", "status", "triggering_agent_id", "result", "title", "created_at")


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, detail: Any) -> None:
        super().__init__(status, detail)
        self.status, self.detail = status, detail


def invalid(*loc: str) -> Refused:
    return Refused(422, [{"loc": list(loc), "msg": "not as documented", "type": "value_error"}])


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """The tasks, oldest first, and what they do.

    Args:
        pace: Seconds that a task takes.
        seeded: How many tasks there are at first.
    """

    def __init__(self, pace: float, seeded: int) -> None:
        self.pace = pace
        self.lock = threading.RLock()
        self.ended = threading.Condition(self.lock)
        self.tasks: dict[str, dict[str, Any]] = {}
        self.extra: dict[str, dict[str, Any]] = {}
        self.numbers = count(5000)
        for number in range(seeded):
            agent = list(AGENTS)[number % 3]
            task = self.begin(AGENTS[agent], agent, str(next(self.numbers)), {"input": {"text": f"seed {number}"}})
            self.finish(task["id"], self.extra[task["id"]]["turn"], ("completed", "failed")[number % 2])

    def begin(self, owner: str, agent: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            old = self.tasks.get(name)
            if old and old["organization_id"] != owner:
                raise Refused(403, "Not yours")
            parent = body.get("parent_execution_id")
            if parent and (parent not in self.tasks or self.tasks[parent]["organization_id"] != owner):
                raise Refused(403 if parent in self.tasks else 404, "No such parent")
            task: dict[str, Any] = {"id": name, "agent_id": agent, "organization_id": owner, "created_at": now()}
            extra = {
                "updated_at": task["created_at"],
                "turn": 0,
                "thread": [],
                "user_id": None,
                "seen": next(self.numbers),
            }
            if old:
                task["created_at"], extra = old["created_at"], self.extra[name]
                task |= {key: old[key] for key in ("parent_execution", "sub_executions") if key in old}
            self.tasks[name], self.extra[name] = task, extra
            task |= {"input": body["input"], "status": "pending", "is_manually_stopped": False, "undocumented": 1}
            copied = ("title", "source", "output_format", "payload_extension", "triggering_agent_id", "output_schema")
            task |= {key: body[key] for key in copied if body.get(key) is not None}
            if parent:
                task["parent_execution"] = parent
                children = self.tasks[parent].setdefault("sub_executions", [])
                children += [name] if name not in children else []
            extra["turn"] += 1
            extra["updated_at"] = now()
            extra["user_id"] = ((body["input"].get("user") or {}).get("id")) or extra["user_id"]
            self.say(name, "user", body["input"].get("text") or "")
            timer = threading.Timer(self.pace, self.finish, (name, extra["turn"]))
            timer.daemon = True
            timer.start()
            return dict(task)

    def say(self, name: str, role: str, content: str) -> None:
        message = {"id": str(next(self.numbers)), "role": role, "content": content, "created_at": int(time.time())}
        self.extra[name]["thread"].append(message)

    def finish(self, name: str, turn: int, status: str = "completed", stopped: bool = False) -> None:
        with self.ended:
            task, extra = self.tasks.get(name), self.extra.get(name)
            if not task or not extra or extra["turn"] != turn or task["status"] != "pending":
                return
            task |= {"status": status, "is_manually_stopped": stopped, "finished_at": now()}
            extra["updated_at"] = now()
            if status == "completed":
                schema = task.get("output_schema") or {"type": "object"}
                asked = task.get("output_format") == "json"
                task["result"] = (
                    json.dumps(sample(schema)) if asked else f"Done, for the {turn}. time: «{name[::-1]}»\n"
                )
                self.say(name, "tool", "looked around")
                self.say(name, "assistant", task["result"])
            self.ended.notify_all()

    def wait(self, name: str, turn: int) -> dict[str, Any]:
        with self.ended:
            while name in self.tasks and self.tasks[name]["status"] == "pending" and self.extra[name]["turn"] == turn:
                self.ended.wait()
            if name not in self.tasks:
                raise Refused(404, "Deleted meanwhile")
            return dict(self.tasks[name])

    def delete(self, name: str) -> None:
        with self.ended:
            task = self.tasks.pop(name, None)
            if task is None:
                return
            for child in list(task.get("sub_executions", [])):
                self.delete(child)
            parent = self.tasks.get(task.get("parent_execution", ""))
            if parent:
                parent["sub_executions"].remove(name)
            del self.extra[name]
            self.ended.notify_all()

    def page(self, owner: str, query: dict[str, str], agent: str | None) -> dict[str, Any]:
        number, size = integer(query, "page", 1, 10**6, 1), integer(query, "per_page", 1, 50, 20)
        if "status" in query and query["status"] not in STATUSES:
            raise invalid("query", "status")
        bounds = {name: instant(query, name) for name in ("from_date", "to_date") if name in query and agent is None}
        with self.lock:
            found = []
            for task in sorted(self.tasks.values(), key=lambda t: self.extra[t["id"]]["seen"], reverse=True):
                item = {key: task[key] for key in LISTED if key in task}
                extra = self.extra[task["id"]]
                item |= {"parent_task_id": task.get("parent_execution"), "user_id": extra["user_id"]}
                item |= {"updated_at": extra["updated_at"]}
                created = datetime.fromisoformat(item["created_at"])
                filters = ("user_id", "parent_task_id", "triggering_agent_id")
                wanted: dict[str, str] = {name: query[name] for name in filters if name in query}
                wanted |= {"status": query["status"]} if "status" in query else {}
                wanted |= {"agent_id": agent} if agent else {}
                wanted |= {"agent_id": query["agent_id"]} if "agent_id" in query and not agent else {}
                if task["organization_id"] != owner or any(item.get(key) != value for key, value in wanted.items()):
                    continue
                if "internal_status" in query or created < bounds.get("from_date", created):
                    continue
                if created <= bounds.get("to_date", created):
                    found.append(item)
        pages = -(-len(found) // size)
        shown = found[(number - 1) * size : number * size]
        return {"items": shown, "total": len(found), "page": number, "per_page": size, "total_pages": pages}


def integer(query: dict[str, str], name: str, least: int, most: int, default: int) -> int:
    text = query.get(name, str(default))
    if not text.lstrip("-").isdecimal() or not least <= int(text) <= most:
        raise invalid("query", name)
    return int(text)


def instant(query: dict[str, str], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(query[name])
    except ValueError:
        raise invalid("query", name) from None
    if found.tzinfo is None:
        raise invalid("query", name)
    return found


def sample(schema: dict[str, Any]) -> Any:
    made: dict[str, Any] = {"string": "a", "integer": 3, "number": 0.5, "boolean": True, "array": [], "null": None}
    if schema.get("type") != "object":
        return made[schema["type"]]
    return {name: sample(part) for name, part in schema.get("properties", {}).items()}


def validated(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        raise invalid("body") from None
    if not isinstance(body, dict) or not isinstance(body.get("input"), dict):
        raise invalid("body", "input")
    text, files, user = (body["input"].get(name) for name in ("text", "files", "user"))
    if not isinstance(text, str | None):
        raise invalid("body", "input", "text")
    if files is not None and not (isinstance(files, list) and all(isinstance(file, str) for file in files)):
        raise invalid("body", "input", "files")
    if user is not None and not isinstance(user, dict):
        raise invalid("body", "input", "user")
    if user is not None and not isinstance(user.get("email"), str):
        raise invalid("body", "input", "user", "email")
    for name, value in body.items():
        wrong = name in STRINGS and not isinstance(value, str)
        wrong |= name in OBJECTS and not isinstance(value, dict)
        wrong |= name in ENUMS and value not in ENUMS[name]
        wrong |= name == "mcp_servers" and not isinstance(value, list)
        if wrong and value is not None:
            raise invalid("body", name)
    return body


class Plain:
    """The server, in threads of this process.

    Args:
        pace: Seconds that a task takes.
        seeded: How many tasks there are at first.
    """

    def __init__(self, pace: float, seeded: int = 5) -> None:
        self.store = store = Store(pace, seeded)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body go out in two writes, of which the second must not wait.
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                answer(self, store)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        Handler.do_POST = Handler.do_DELETE = Handler.do_GET  # type: ignore[attr-defined] # found by their names
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Plain":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def answer(request: BaseHTTPRequestHandler, store: Store) -> None:
    content = request.rfile.read(int(request.headers.get("content-length", 0)))
    try:
        owner = KEYS.get(request.headers.get("x-api-key", ""))
        if owner is None:
            raise Refused(401, "Invalid or missing API key")
        url = urlsplit(request.path)
        parts = [unquote(part) for part in url.path.split("/")[2:]]
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        status, body = route(request, store, owner, parts, query, content)
    except Refused as refused:
        status, body = refused.status, {"detail": refused.detail}
    if body is ...:
        return
    data = b"" if status == 204 else json.dumps(body).encode()
    request.send_response(status)
    if status != 204:
        request.send_header("Content-Type", "application/json; charset=utf-8")
        request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


def route(
    request: BaseHTTPRequestHandler, store: Store, owner: str, parts: list[str], query: dict[str, str], content: bytes
) -> tuple[int, Any]:
    match request.command, parts:
        case "GET", ["tasks"]:
            return 200, store.page(owner, query, None)
        case "GET", ["agents", agent, "tasks"]:
            return 200, store.page(owner, query, owned(AGENTS.get(agent), owner, agent))
        case "POST", ["agents", agent, "invoke", *mode]:
            owned(AGENTS.get(agent), owner, agent)
            body = validated(content)
            task = store.begin(owner, agent, body.get("id") or str(uuid.uuid4()), body)
            turn = store.extra[task["id"]]["turn"]
            if mode == ["stream"]:
                return 200, stream(request, store, task, turn)
            return 200, task if mode == ["async"] else store.wait(task["id"], turn)
        case _, ["tasks", name, *rest]:
            with store.lock:
                task = store.tasks.get(name, {})
                owned(task.get("organization_id"), owner, name)
                match request.command, rest:
                    case "GET", []:
                        return 200, dict(task)
                    case "DELETE", []:
                        store.delete(name)
                        return 204, None
                    case "POST", ["stop"]:
                        store.finish(name, store.extra[name]["turn"], "stopped", stopped=True)
                        return 200, dict(task)
                    case "GET", ["thread"]:
                        return 200, [m for m in store.extra[name]["thread"] if m["role"] in ("user", "assistant")]
                    case "GET", ["thread", "full"]:
                        children = {
                            child: list(store.extra[child]["thread"]) for child in task.get("sub_executions", [])
                        }
                        return 200, {**children, "root": list(store.extra[name]["thread"])}
    raise Refused(404, "Not Found")


def owned(found: str | None, owner: str, name: str) -> str:
    if found is None:
        raise Refused(404, "Not Found")
    if found != owner:
        raise Refused(403, "Not yours")
    return name


def stream(request: BaseHTTPRequestHandler, store: Store, task: dict[str, Any], turn: int) -> Any:
    request.send_response(200)
    request.send_header("Content-Type", "text/event-stream; charset=utf-8")
    request.send_header("Connection", "close")
    request.end_headers()
    request.close_connection = True

    def tell(kind: str, data: Any) -> None:
        event = {"type": kind, "task_id": task["id"], "organization_id": task["organization_id"], "time": now()}
        request.wfile.write(f": ping\r\nevent: {kind}\r\ndata: {json.dumps({**event, 'data': data})}\r\n\r\n".encode())

    tell("task_created", task)
    ended = store.wait(task["id"], turn)
    tell("mood_changed", {"mood": "good"})
    if ended["status"] == "completed":
        for letter in ended["result"]:
            tell("chunk", letter)
    tell("task_finished", ended)
    return ...
