"""Every position of the account as it is now: built from fills, valued at live prices, told to all."""
