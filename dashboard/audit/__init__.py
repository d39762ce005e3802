"""The audit trail: every record a line of a file per day, each sealed with the hash of the line before.

The trail shows any change of a line that another line follows, and any change inside the last one. It
cannot show by itself that whole lines were cut off its very end, nor that somebody rewrote it from some
line on and computed all hashes anew. Against both helps its head, the number and hash of the last line,
noted in another place: `dashboard-audit verify` prints it, and `--head` asks whether it is still there.
"""
