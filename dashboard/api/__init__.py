"""The live state for programs: REST and websockets under /api/v1."""
