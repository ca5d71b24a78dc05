// The console's own script: a tick for the parts that follow what happens, and the stream of an invoke.
"use strict";

// Parts of the pages ask again at each tick. Nothing asks while nobody looks, or while following is switched off.
setInterval(() => {
  if (!document.hidden && document.getElementById("follow").checked) {
    document.body.dispatchEvent(new Event("tick"));
  }
}, 1000);

// The switch stays as it is on the next page.
document.getElementById("follow").checked = sessionStorage.getItem("follow") !== "off";
document.addEventListener("change", (event) => {
  if (event.target.matches("#follow")) sessionStorage.setItem("follow", event.target.checked ? "on" : "off");
});

// A mock that refuses connections, as a fault can tell it to, or that has ended.
const showReachable = (reachable) => {
  document.getElementById("unreachable").hidden = reachable;
};
document.addEventListener("htmx:error", () => showReachable(false));
document.addEventListener("htmx:after:request", () => showReachable(true));

// Empty fields of a filter are no part of the address.
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method === "GET") {
    for (const [name, value] of [...request.body]) {
      if (value === "") request.body.delete(name);
    }
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("#invoke")) {
    event.preventDefault();
    invoke(event.target);
  }
});

async function invoke(form) {
  const [note, status, answer, events, leave] = ["answer-note", "answer-status", "answer", "events", "leave"].map((id) =>
    document.getElementById(id),
  );
  const left = new AbortController();
  const begun = performance.now();
  const submit = form.querySelector("button.primary");
  let finished = false;
  answer.textContent = note.textContent = "";
  events.replaceChildren();
  showStatus(status, "");
  submit.disabled = true;
  leave.disabled = false;
  leave.onclick = () => left.abort();
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: left.signal,
    });
    if (!(response.headers.get("content-type") || "").startsWith("text/event-stream")) {
      note.textContent = `The API answered ${response.status}: ${await response.text()}`;
      return;
    }
    for await (const data of eventsOf(response.body)) {
      const event = readEvent(data);
      showEvent(events, event, data, performance.now() - begun);
      if (event.type === "chunk") answer.textContent += event.data;
      if (event.data && event.data.status) showStatus(status, event.data.status);
      if (event.type === "task_created") showLink(note, event.data.id);
      if (event.type === "task_finished") {
        finished = true;
        if (!answer.textContent) answer.textContent = event.data.result ?? "";
      }
    }
    if (!finished) note.append(" The stream ended before the task had finished.");
  } catch (error) {
    note.append(left.signal.aborted ? " Disconnected. The task goes on." : ` The connection was broken: ${error.message}`);
  } finally {
    submit.disabled = false;
    leave.disabled = true;
  }
}

// Yield the data of each server-sent event. The API sends one line of data for each.
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) yield part.replace(/^data: /, "");
  }
}

function readEvent(data) {
  try {
    return JSON.parse(data);
  } catch {
    return { type: "not JSON", data: null };
  }
}

// Credentials of the request come back with the task. The `tokens` of a task are numbers.
function hideCredentials(name, value) {
  const hidden = /token|secret|passw|api[-_]?key|authori[sz]ation|credential|cookie|session/i.test(name);
  return hidden && name !== "tokens" && value !== null && typeof value !== "number" ? "[hidden]" : value;
}

function showEvent(events, event, data, milliseconds) {
  const item = document.createElement("li");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const code = document.createElement("pre");
  summary.textContent = `${event.type} · ${Math.round(milliseconds)} ms`;
  code.textContent = event.type === "not JSON" ? data : JSON.stringify(event, hideCredentials, 2);
  details.append(summary, code);
  item.append(details);
  events.append(item);
}

function showStatus(element, status) {
  element.className = status && `badge ${status}`;
  element.textContent = status;
}

function showLink(note, id) {
  const link = document.createElement("a");
  link.href = `/_console/task?${new URLSearchParams({ id })}`;
  link.textContent = id;
  note.replaceChildren("Task ", link);
}
