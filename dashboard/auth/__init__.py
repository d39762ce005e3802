"""Authentication and access: passwords, sessions, access keys, and the policy of who may enter."""
