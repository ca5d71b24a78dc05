-- Repeated strings (organizations, agents, users, statuses, …) are stored once and referred to by number.
CREATE TABLE names (
    code INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    name TEXT NOT NULL
) WITHOUT ROWID;

-- What lists filter and order by stands in columns. `item` is the task as a list shows it, `task` all of it, both JSON.
CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization INTEGER NOT NULL,
    agent INTEGER NOT NULL,
    status INTEGER NOT NULL,
    user INTEGER,
    internal INTEGER,
    triggering INTEGER,
    parent INTEGER,
    created INTEGER NOT NULL,
    due INTEGER,
    item TEXT NOT NULL,
    task TEXT NOT NULL
);

-- Requests that the rate limit has counted, by organization. Here, so that several processes count together.
CREATE TABLE windows (
    key TEXT PRIMARY KEY,
    uses INTEGER NOT NULL,
    ends INTEGER NOT NULL
) WITHOUT ROWID;
