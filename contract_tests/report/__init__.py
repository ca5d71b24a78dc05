"""What a run found: from the violation that a test raises to the terminal summary, Markdown, HTML and JSON."""
