"""Statistics of tasks: what is counted, where tasks come from, and how the result is shown."""
