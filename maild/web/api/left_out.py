"""Operations that the API leaves out on purpose, each with the reason. Every other one has an endpoint."""

_OPERATOR = "is for whoever runs the machine, where the configuration and the log are at hand"
_SIGN_IN = "a token that leaks must not make another, nor a sign-in"
_CUSTOMER = "is done by the customer, by a signed link that nobody else has"
_WAITS = "lets a person change their mind; a program that wants to waits before it asks for the reply"
_CHOSEN = "shows a person what they are about to release or drop; a program reads GET /letters?phase=held"
_FOR_ALL = "changes what many tickets obey: done where the rule file is, with its rehearsal in sight"

LEFT_OUT = {
    "imap.list": _OPERATOR,
    "imap.poll": _OPERATOR,
    "parting.hold": _WAITS,
    "parting.take_back": _WAITS,
    "parting.send": _WAITS,
    "parting.drop": _WAITS,
    "parting.list": _WAITS,
    "now.tickets": "lists for a person what a figure counts; a program reads GET /tickets",
    "status": "is what the probes and metrics of the daemon tell",
    "db.check": _OPERATOR,
    "outbox.held": _CHOSEN,
    "outbox.chosen": _CHOSEN,
    "webhook.on": "is switched on again by whoever has seen why it was switched off",
    "rules.lint": _OPERATOR,
    "rules.misfits": _FOR_ALL,
    "rules.backfill": _FOR_ALL,
    "blueprint.rehearse": _FOR_ALL,
    "blueprint.migrate": _FOR_ALL,
    "link.renew": _CUSTOMER,
    "link.send_all": _CUSTOMER,
    "rating.put": _CUSTOMER,
    "habit.import": "one after the other, by POST /habits",
    "fact.import": "is PUT /facts",
    "forget": "cannot be undone: done at the command line, after the report of --dry-run was read",
    "user.password": _SIGN_IN,
    "user.drop_password": _SIGN_IN,
    "token.create": _SIGN_IN,
    "token.list": _SIGN_IN,
    "token.revoke": _SIGN_IN,
}
