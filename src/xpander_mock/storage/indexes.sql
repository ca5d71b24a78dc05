-- Each list with at most one filter is read from one of these in its order. Made once the first tasks are in.
CREATE INDEX tasks_newest ON tasks (organization, created, seq);
CREATE INDEX tasks_by_agent ON tasks (organization, agent, created, seq);
CREATE INDEX tasks_by_status ON tasks (organization, status, created, seq);
CREATE INDEX tasks_by_user ON tasks (organization, user, created, seq);
CREATE INDEX tasks_by_internal ON tasks (organization, internal, created, seq);
CREATE INDEX tasks_by_triggering ON tasks (organization, triggering, created, seq) WHERE triggering IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (parent, created, seq) WHERE parent IS NOT NULL;
-- The tasks whose next change is only a matter of time.
CREATE INDEX tasks_due ON tasks (due) WHERE due IS NOT NULL;
