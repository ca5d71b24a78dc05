"""What carries the decisions out: a blocking runner and an asyncio one, each with its HTTP client."""
