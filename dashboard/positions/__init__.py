"""The positions of accounts and those entered by hand: built, valued once a tick, published to listeners."""
