"""Who may enter: passwords, sessions, access keys, and which sites' pages may ask."""
