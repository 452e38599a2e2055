"""What operators and agents may ask and do: through the running daemon's socket, or straight on the database.

Each thing that can be asked is an operation with a name (``ticket.show``). The command line, the console and the JSON
API are doors to the same operations, so that a rule about who may do what stands here once.

    registry operation        all operations by name, and carrying one out
    asker visibility at_hand deeds    who asks, what they see, what every hand on a ticket passes, done once
    server client tailing     the socket, both ends; the log to whoever follows it
    lists row_lists           lists that need only tables; rows that somebody brings

    tickets choices standing drafts partings    a ticket: show and change it, what may follow, replies before they leave
    tasks sides resolutions assignments         beside it: tasks, outsiders, how it was solved, who takes work
    mails letters mailboxes webhooks            what came in, what goes out
    people facts knowledge context forgetting links tokens users    customers, programs and our own people
    rules blueprints views feeds desk_now       rules, the lists they make, and what there is to do now
    reports report_options blueprint_reports upkeep
"""
