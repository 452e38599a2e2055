"""The store: every table, and all SQL. Frozen dataclasses and plain dictionaries leave this room, rows never do.

A function here takes a transaction (`tx.Tx`) and does its work at once; nobody waits for a network or another thread
inside of one. Callers hand their functions to `db.Database`: ``await db.write(fn)`` or ``await db.read(fn)``.

The machinery
    db tx          the two doors, and what one transaction knows: connection, instant, whom to wake after the commit
    writer line    the threads that write, one fsync for many functions; the queue in front of them
    look trial     a snapshot to read from; a try that is taken back
    engine driver prepared rows sqlite_functions server arrays wire    the two databases, and quick ways to them
    retry certainty trouble lock    conflicts, commits without an answer, what a driver throws, one daemon per file
    presence processes wakeups      several daemons on one PostgreSQL database
    schema ownership ground vacuum    versions of the schema, whose the file is, the disk, forgetting what was erased

The tables
    tables         all of them; each of the others holds those of one subject
    assignment_tables blueprint_tables collaboration_tables context_tables desk_tables knowledge_tables letter_tables
    mail_tables mailbox_tables people_tables process_tables ticket_record_tables ticket_tables web_tables
    row columns documents    what a row is and its kinds of columns; orders and events as JSON

Mails
    put spool      in: stored with their envelopes; then claimed, released and finished by the worker
    threads mailboxes mail_list

Tickets
    tickets draft  made and read as snapshots; a draft gathers what changes and writes it once
    comments orders history records timers tasks links
    stands slas deeds rule_files    in their blueprint, their service levels, done once, by the rules of which day
    views condition_sql term_sql sla_sql    lists of tickets that meet conditions; the conditions as SQL
    ticket_list search search_index visibility feed    lists for people and for programs

Letters
    outbox sending    put there by their cause; then claimed, at the final dot, settled
    caps summaries partings letter_list webhooks

People and what is known of them
    people people_edit people_list customers context facts knowledge
    loads          who has how much work, and whose turn it is
    api_tokens sign_ins dismissal

Beside the ticket
    sides resolutions ratings

Figures
    figures reports sla_report touchless open_work

Keeping and losing
    doctor         every invariant of the database
    backup dump restore restored    copies, and what must not happen twice after one was put back
    retention erase forget naming   what is old enough to go, and erasing a person
"""
