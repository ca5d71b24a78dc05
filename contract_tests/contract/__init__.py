"""The contract as data: the operations and schemas of `openapi.yaml`, and the claims of `claims.toml`."""
