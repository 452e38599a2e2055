"""The road of a mail, by function name. Each line calls the ones indented below it.

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
TURN  assigning.Distributor.step
        assigning.offer                                  one COMMIT a ticket, the oldest first
          maild.store.loads.alone                        nobody else counts until then
          maild.store.loads.seen
          desk.handle                                    WorkOffered: rules.assign chooses
HAND  maild.control.registry.carry_out                   an operator or agent at the command line
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
"""
