"""Where mails come in: by SMTP, or out of mailboxes by IMAP. Both hand what they got to `pipeline.accept`.

SMTP, from the wire to the store
    smtp           listens; one Door a client
    listening tls  sockets, opened here or by systemd, and the certificate
    connection     one client: wire, deadline, end
    framing        bytes to command lines and bodies
    dialogue       question and answer
    sessions       what each command does
    commands auth  the arguments of EHLO, MAIL and RCPT; SMTP AUTH
    transaction    what MAIL and RCPT have said so far
    gathering body    the text of DATA while it comes in, in bounded memory
    reception      what all sessions share, and the way to the store
    limits conduct    how many at once, and which clients are sent away

IMAP, one task and one thread a mailbox
    imap           connects, reads, waits for news, never gives up
    mailbox_session mailbox_wire mailbox_thread    one connection, under guard and with deadlines
    mailbox_folder mailbox_mail                    one folder, one mail
    mailbox_token mailbox_trouble                  OAuth tokens; why a connection ended
"""
