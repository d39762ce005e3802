"""The audit trail: one file per UTC day, one record per line, chained by hashes.

Each line is in the file of its day. The order is that of the lines' numbers: where the clock was wrong, it
differs from that of the days. Checkpoints between the lines contain what the lines before them amount to.

Verification finds every change of a line that another line follows, and every change inside the last line.
Two changes it cannot find without help: whole lines cut off the very end, and a trail rewritten from some
line on with all hashes computed again. Against both, keep the head (number and hash of the last line) in
another place: `dashboard-audit verify` prints it, and `verify --head` checks that it is still in the trail.
"""
