"""The audit trail: one file per UTC day, one record per line, chained by hashes.

Each line is in the file of its day. The order is that of the lines' numbers: where the clock was wrong, it
differs from that of the days. Checkpoints between the lines contain what the lines before them amount to.

Verification finds every change of a line that another line follows, and every change inside the last line.
A writer of the folder can compute all hashes again, but not sign them: a `signature` line contains an ed25519
signature of the line before it, by a key that is kept elsewhere (see `signer`, `signature_check`). What no
signature can show is that lines were cut off the very end. Against that, keep a checkpoint in another place:
`dashboard-audit checkpoint` prints it, and `verify --checkpoint` checks that it is still in the trail.
"""
