"""Daemons killed by the thousand while mails come, letters leave and time passes; afterwards everybody is asked.

``python -m tests.crash --kills 300 --mails 6000 --seed 7`` prints what it did, and what did not hold.

run      chapters of a run, each on a database of its own: rounds of life and death, then checks
plan     what happens in each round, drawn from the seed
mails    orders, questions, answers and copies; hostile: what attackers and broken programs send
senders  mail servers that deliver over connections of their own and remember each reply
ledger   the truth: what was sent, which reply was seen, what colleagues did, when the desk was at rest
relay    takes the letters, remembers each step, and breaks off where it is told to
forge    a process with everything imported, which forks a daemon in a tenth of the time; readers does so for children
desk     one daemon's lives: started, asked, moved through time, killed
truth    the invariants, asked of the database, the ledger and the relay
report   the figures
"""
