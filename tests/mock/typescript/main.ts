// Calls every operation through the client that another generator has made, and prints what came as JSON.
// Arguments: the address of the mock, an API key, an agent.
import { client } from './client/client.gen.js';
import {
  deleteTask,
  getTask,
  getTaskThread,
  getTaskThreadFull,
  invokeAgent,
  invokeAgentAsync,
  invokeAgentStream,
  listAgentTasks,
  listTasks,
  stopTask,
} from './client/index.js';

declare const process: { argv: string[] };

const [baseUrl, key, agent_id] = process.argv.slice(2);
client.setConfig({ auth: ({ type }) => (type === 'apiKey' ? key : undefined), baseUrl });
const path = { agent_id };
const text = 'Hello from elsewhere';

const invoked = await invokeAgent<true>({ body: { input: { text } }, path, throwOnError: true });
const task = { path: { task_id: invoked.data.id } };
const started = await invokeAgentAsync<true>({ body: { input: { text: 'slow 9' } }, path, throwOnError: true });
const stopped = await stopTask<true>({ path: { task_id: started.data.id }, throwOnError: true });
const events: string[] = [];
const { stream } = await invokeAgentStream({ body: { input: { text } }, path });
for await (const event of stream) {
  events.push(event.type);
}
const query = { page: 1, per_page: 2, status: 'stopped' } as const;
const listed = await listTasks<true>({ query, throwOnError: true });
const agents = await listAgentTasks<true>({ path, query, throwOnError: true });
const shown = await getTask<true>({ ...task, throwOnError: true });
const thread = await getTaskThread<true>({ ...task, throwOnError: true });
const full = await getTaskThreadFull<true>({ ...task, throwOnError: true });
const deleted = await deleteTask<true>({ ...task, throwOnError: true });
const gone = await getTask(task);
const refused = await listTasks({ query: { per_page: 51 } });

console.log(
  JSON.stringify({
    agents: agents.data.items.map((item) => item.id),
    deleted: deleted.response.status,
    events,
    full: Object.keys(full.data),
    gone: [gone.response?.status, gone.error],
    invoked: [invoked.data.status, invoked.data.result],
    listed: listed.data.items.map((item) => item.id),
    refused: [refused.response?.status, refused.error],
    shown: shown.data.id === invoked.data.id && shown.data.result === invoked.data.result,
    started: started.data.id,
    stopped: stopped.data.status,
    thread: thread.data.map((message) => [message.role, message.content]),
  }),
);
