"""Every position as it is now, entered ones too: built, valued once a tick, published to all outlets."""
