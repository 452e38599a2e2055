"""The web: pages for agents and customers, and the JSON API. Thin: a form or JSON becomes an operation, which is
carried out as for the command line; rows become a page.

server    listens, in the daemon's loop; connection limits each connection
guard     around every request: who asks, what is refused before anybody reads it, headers, trouble, the access log
house     what the pages live in: database, desk, templates
routes    how an address gets its page, and what it demands first (a session, a form of ours)
sign_in   passwords and sessions
pages     what agents see
api       what programs ask
"""
