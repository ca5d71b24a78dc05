"""What changes in the contract's document, and which claims, tests and code each change touches."""
