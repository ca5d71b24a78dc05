"""The organizations, credentials and agents that a mock has at its start."""

DEMO_API_KEY = "demo-key-of-the-first-organization"
OTHER_API_KEY = "demo-key-of-the-second-organization"
DEMO_BEARER_TOKEN = "eyJhbGciOiJub25lIn0.eyJvcmciOiJmaXJzdCJ9.demo"
"""Has the shape of a JWT. It is accepted as it stands, for the first organization; no other token is."""

DEMO_ORGANIZATION = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
OTHER_ORGANIZATION = "b7e2c1d4-90aa-4f3e-8d61-5c0f9e7a2b18"

# The ids of the examples in openapi.yaml, so that a pasted example works.
EXAMPLE_TASK = "81250b20-e9d7-4b3b-9995-07dc72b4bb59"
EXAMPLE_SUB_TASK = "0c4f2d8e-5b1a-4f0e-8b63-1d2f7a9e6c30"
EXAMPLE_AGENT = "a1b2c3d4-e5f6-4890-abcd-ef1234567890"
EXAMPLE_TRIGGERING_AGENT = "6f1e3a52-0b7d-4c7c-9a55-3f0a8d2b9c11"

# By organization: agent ids and names.
AGENTS = {
    DEMO_ORGANIZATION: {
        EXAMPLE_AGENT: "Assistant",
        EXAMPLE_TRIGGERING_AGENT: "Coordinator",
        "3d9f0b61-72c5-4e8a-b0d4-91a6c2e7f583": "Researcher",
        "c58e21f7-04ab-4d3c-8f96-2b7d1e60a94c": "Reporter",
    },
    OTHER_ORGANIZATION: {
        "e4b7a9d2-6c13-4f58-a2e0-7d95b3c8f146": "Assistant",
        "92f6c0e8-1a5d-4b7f-9e34-c8d02a71b65f": "Reviewer",
    },
}
