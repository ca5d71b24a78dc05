"""Requests that schemathesis generates from `openapi.yaml`, one operation at a time and in sequences."""
