"""The road of a mail, by function name. Each line calls the ones indented below it.

Names begin in this package, or say ``maild``, ``notifications`` or ``rules`` first. What is not on the road is told
at the end.

IN    receive.smtp.Door.connection_made
        receive.dialogue.Dialogue.proceed, one Session.smtp_VERB a command, then
        receive.sessions.Session.body_ended
          receive.gathering.Gathering.take               into a receive.body.SpooledBody, on disk above 512 KiB
          receive.reception.Reception.store
            accept.accept_soon                           or accept.accept, for what lies on disk
              maild.store.put.put_all                    COMMIT 1 with fsync, then "250 2.0.0 queued as 1234"
      maild.cli.ingest.run                               the same from files
        ingest.envelope
        accept.accept
WORK  worker.Worker.step
        maild.store.spool.claim                          COMMIT: the try is counted before the work
        pool.Pool.read
          child.main                                     in a child process under limits
            reader.understand                            pure: any bytes give an answer
              mime.read_mail
              orders.read.read_orders
              mime.classify
        own_check.prover.Prover.check                    SPF, DKIM and DMARC in a child, where it is asked for
        settle.settle                                    COMMIT 2, everything or nothing
          put_aside.reason                               unreadable, empty, our own, looping
          bounce.settle                                  a delivery report
          authenticity.verdict                           is the author who the From line says
          match.place                                    which ticket, and why
          match.standing                                 may this author speak there
          side.receive                                   mail of a side conversation: there, and nowhere else
          agent_mail.act                                 what the desk's own people say and command by mail
          echo.suspected                                 a program that hides what it is gets no second letter
          maild.store.tickets.create
          maild.store.comments.add
          desk.handle                                    TicketCreated or MailArrived; see HAND
          maild.store.spool.finish                       the one final state, with its reason
        maild.store.spool.release                        not read: put back, and quarantined after the last try
OUT   notifications.courier.Courier.step
        notifications.outbox.StoreOutbox.claim
          maild.store.sending.claim                      COMMIT 3: attempt and next try, before anybody dials
            notifications.gate.refusal                   the hourly caps
        notifications.relay.RelaySender.send             or notifications.senders.FolderSender.send
          notifications.outbox.StoreOutbox.at_dot
            maild.store.sending.reach_dot                COMMIT 3b: before the final dot
        notifications.courier.settle                     Sent, Later or Never: what it means for the letter
        notifications.outbox.StoreOutbox.settle
          maild.store.sending.settle                     COMMIT 4
TIME  ticker.Ticker.step
        maild.store.timers.due
        maild.store.timers.fire                          one COMMIT a timer, with everything that follows from it
        desk.handle                                      TimerFired
TURN  assigning.Distributor.step                         tickets that wait for somebody
        assigning.offer                                  one COMMIT a ticket, the oldest first
          maild.store.loads.alone                        nobody else counts until then
          maild.store.loads.seen
          desk.handle                                    WorkOffered: rules.assign chooses
HAND  maild.control.registry.carry_out                   somebody at the command line, in the console, by the API
        desk.handle                                      FieldEdited, CommentWritten, MacroApplied, MoveAsked,
                                                         TransitionAsked
          maild.store.history.known                      nothing, if this very event was handled before
          maild.store.tickets.snapshot
          rules.triggers.run                             pure: the ticket afterwards, effects and a trace
          maild.store.history.write_entry                the event with that trace; its key is unique
          apply.apply_all
            letters.write                                a SendLetter effect
              recipients.named                           who reads it
              notifications.render.Templates.render
              clearance.asked                            may it leave: queued, held or dropped, with the reason
                notifications.gate.refusal
              letterhead.composed
                notifications.compose.compose
              maild.store.outbox.put                     the key is the cause, so a rerun adds no letter

Beside the road
    furniture intake pinned    what the configuration decides; which addresses are ours; a ticket's own blueprint
    receipt                    what accepting a mail comes to: stored, refused, or trouble of our own
    arrival authenticity copied intents knowledge same_order web_form    what settling asks of a mail
    mail mime orders reader    the two rooms that read mails and orders, and how they are put together
    child pool frames confined confinement understood reading_json own_check viewing    child processes and their limits
    by_hand enclosing parting mail_commands presence    what people do by hand, take back, or ask for by mail
    side side_letters          asking outsiders
    webhooks telling occasions deciding sight    what programs are told; what brought about a letter; who may not see it
    reminders summaries retention backfill    the other background tasks, each with the rounds of `maild.rounds`
    forgetting attachments     erasing a person
    rehearsal ingest echo      trying rules and mails out; mails as bytes; programs that answer each other
"""
