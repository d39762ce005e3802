"""The live state for other programs: REST and websockets under /api/v1."""
