"""Daemons killed by the thousand while mails come, letters leave and time passes; afterwards everybody is asked.

``python -m tests.crash --kills 300 --mails 6000 --seed 7`` prints what it did, and what did not hold.

run        the chapters of a run, each on a database and a mailbox of its own
chapter    rounds of life and death, now and then everything at rest and checked; day: what happens in one life
plan       what happens in each round, drawn from the seed
batch      the mails of a round and the ways they come
mails      orders, questions, requests, answers and copies; hostile: what attackers and broken programs send
senders    mail servers that deliver over connections of their own and remember each reply
mailbox    a real Dovecot: what its server puts into it, and a look at what lies where
deeds      what colleagues do meanwhile
ledger     the truth: what was sent, which reply was seen, what colleagues did, when the desk was at rest
relay      takes the letters, remembers each step, and breaks off where it is told to
forge      a process with everything imported, which forks a daemon in a tenth of the time; readers does so for children
desk       one daemon's lives: started, asked, moved through time, killed
databases  SQLite's files; server: PostgreSQL, with troubles of its own
truth      the invariants, asked of the database (rows), the ledger and the relay; of the mailbox (marks), of the way
           that questions take (way), of requests that are given in turn (turns)
yesterday  a copy of the database comes back, and the mailbox is read again
report     the figures
"""
