"""The part of the command line's grammar that is about the desk's work: views, people, tasks, reports, webhooks."""

from collections.abc import Callable
from typing import Any

REPORTS = ("now", "sales", "orders", "stages", "late", "touchless", "satisfaction", "sla", "blueprint", "waiting")
Command = Callable[..., Any]
Verbs = Callable[[Any, str, str], Any]


def add(nouns: Any, command: Command, verbs: Verbs) -> None:
    """``command`` and ``verbs`` make one command, or a noun with several."""
    _view(nouns, command)
    _blueprint(verbs(nouns, "blueprint", "the ways that tickets take"), command)
    _report(nouns, command)
    _person(verbs(nouns, "person", "records of people"), command)
    _organization(verbs(nouns, "organization", "records of customer companies"), command)
    _habit(verbs(nouns, "habit", "how customers write their orders"), command)
    _price(verbs(nouns, "price", "price lists that orders are held against"), command)
    _fact(verbs(nouns, "fact", "what other systems know of customers: invoices, contracts"), command)
    _task(verbs(nouns, "task", "what colleagues have to do"), command)
    _user(verbs(nouns, "user", "our own people: on and off line, their work, their sign-in"), command)
    _token(verbs(nouns, "token", "tokens of programs for the JSON API"), command)
    _aside(verbs(nouns, "aside", "side conversations with outsiders about tickets"), command)
    _article(verbs(nouns, "article", "resolutions published for everybody"), command)
    _search(nouns, command)
    assignments = verbs(nouns, "assignment", "who gets tickets that have nobody")
    command(assignments, "list", "assignments in their order, and what waits for each", "assignment", rows=True)
    _webhook(verbs(nouns, "webhook", "look after the programs that rules call"), command)


def _view(nouns: Any, command: Command) -> None:
    view = command(nouns, "view", "a view's tickets; 'maild view list' names the views", "view", rows=True)
    view.add_argument("name", metavar="NAME|list")
    view.add_argument("--csv", action="store_true", help="all rows as CSV with exactly the view's columns")
    view.add_argument("--limit", type=int, default=50)
    view.add_argument("--after", metavar="WORD", help="the page after another one, by the word printed below that one")


def _blueprint(verbs: Any, command: Command) -> None:
    command(
        verbs, "list", "blueprints, their versions and the tickets there", "blueprint", "list_blueprints", rows=True
    )
    show = command(verbs, "show", "states and transitions of one", "blueprint", "show", rows=True)
    migrate = command(
        verbs, "migrate", "take tickets of older versions over to that of today", "blueprint", "migrate", rows=True
    )
    for each in (show, migrate):
        each.add_argument("name", metavar="NAME")
    migrate.add_argument("--ticket", type=int, help="only this one")
    migrate.add_argument("--state", action="append", default=[], metavar="OLD=NEW", help="for a state that is gone")
    migrate.add_argument("--dry-run", action="store_true", help="show what it would do, change nothing")


def _task(verbs: Any, command: Command) -> None:
    listing = command(verbs, "list", "open tasks by due time", "task", "list_tasks", rows=True)
    listing.add_argument("--ticket", type=int)
    listing.add_argument("--owner", metavar="USER", help="only those of one colleague, or group:NAME")
    listing.add_argument("--all", action="store_true", help="done ones too")
    listing.add_argument("--limit", type=int, default=100)
    add = command(verbs, "add", "give a colleague something to do for a ticket", "task", "add", rows=True)
    add.add_argument("ticket", type=int, metavar="TICKET")
    add.add_argument("title", nargs="+", metavar="TITLE")
    add.add_argument("--to", default="assignee", metavar="USER", help="assignee (as without), group, lead, or a user")
    add.add_argument("--due", metavar="SPAN", help="by when: 4bh, 1bd, 2d")
    add.add_argument("--remind", metavar="SPAN", help="when to remind of it, else when it is due")
    add.add_argument("--priority", default="normal", metavar="WORD", help="low, normal (as without), high or urgent")
    add.add_argument("--blocks", action="store_true", help="nobody solves or closes the ticket before it is done")
    command(verbs, "done", "mark a task done", "task", "done", rows=True).add_argument("id", type=int, metavar="ID")


def _user(verbs: Any, command: Command) -> None:
    command(
        verbs,
        "list",
        "our own people: who takes work, how much they have, who has a password",
        "user",
        "list_users",
        rows=True,
    )
    for name, text in (("online", "somebody takes work again"), ("offline", "somebody takes no new work")):
        there = command(verbs, name, text, "user", name, rows=True)
        there.add_argument("name", nargs="?", metavar="NAME", help="without it whoever asks")
    text = "give somebody a password (asked for, or read from standard input); ends their sessions"
    password = command(verbs, "password", text, "user", "password", rows=True)
    password.add_argument("name", metavar="NAME")
    password.add_argument("--file", metavar="FILE", help="its first line is the password")
    drop = command(verbs, "drop-password", "let nobody sign in under a name any more", "user", "drop", rows=True)
    drop.add_argument("name", metavar="NAME")


def _token(verbs: Any, command: Command) -> None:
    command(verbs, "list", "tokens, what they may and whether they work", "token", "list_tokens", rows=True)
    create = command(verbs, "create", "make a token; it is shown this once", "token", "create", rows=True)
    create.add_argument("--user", required=True, metavar="NAME", help="for whom the program acts")
    create.add_argument("--scope", required=True, action="append", metavar="SCOPE", help="orders:read, ...; may repeat")
    create.add_argument("--label", default="", help="what it is for")
    create.add_argument("--expires", type=int, metavar="DAYS", help="in so many days; never as without")
    command(verbs, "revoke", "make a token useless", "token", "revoke", rows=True).add_argument(
        "id", type=int, metavar="ID"
    )


def _aside(verbs: Any, command: Command) -> None:
    listing = command(verbs, "list", "open ones, newest first", "side", "list_sides", rows=True)
    listing.add_argument("--ticket", type=int)
    listing.add_argument("--all", action="store_true", help="closed ones too")
    listing.add_argument("--limit", type=int, default=100)
    for name, text, function in (
        ("show", "one with everything said there", "show"),
        ("reply", "write to the outsider once more", "say"),
        ("close", "it needs nobody any more; an answer opens it again", "close"),
    ):
        verb = command(verbs, name, text, "side", function, rows=True)
        verb.add_argument("id", type=int, metavar="ID")
        if name == "reply":
            verb.add_argument("text", nargs="+", metavar="TEXT|-")


def _article(verbs: Any, command: Command) -> None:
    publish = command(verbs, "publish", "make a ticket's resolution an article", "article", "publish", rows=True)
    publish.add_argument("--folder", required=True, help="where its Markdown file is written")
    publish.add_argument("--title", required=True, metavar="TEXT")
    publish.add_argument("--what", default="", metavar="TEXT", help="what the trouble was, in words for everybody")
    withdraw = command(verbs, "withdraw", "show an article to nobody any more", "article", "withdraw", rows=True)
    withdraw.add_argument("--folder", help="where its file is removed")
    for verb in (publish, withdraw):
        verb.add_argument("id", type=int, metavar="TICKET")
    listing = command(verbs, "list", "published articles, newest first", "article", "list_articles", rows=True)
    listing.add_argument("--all", action="store_true", help="withdrawn ones too")
    listing.add_argument("--limit", type=int, default=100)


def _search(nouns: Any, command: Command) -> None:
    text = "find tickets by words in subject, comments, resolution and order: 'maild search pump leak hydr*'"
    search = command(nouns, "search", text, "article", "search", rows=True)
    search.add_argument("words", nargs="+", metavar="WORD")
    search.add_argument("--limit", type=int, default=20)


def _webhook(verbs: Any, command: Command) -> None:
    command(verbs, "list", "webhooks and how they fare", "webhook", "list_webhooks", rows=True)
    switch = command(verbs, "on", "switch one on again", "webhook", "switch_on", rows=True)
    switch.add_argument("name", metavar="NAME")


def _person(verbs: Any, command: Command) -> None:
    listing = command(
        verbs, "list", "people by address; --tag buyer --csv for a mailing", "people", "list_persons", rows=True
    )
    _lists(listing)
    listing.add_argument("--organization", metavar="NAME")
    command(verbs, "show", "one person", "people", "show_person", rows=True).add_argument("address", metavar="ADDRESS")
    change = command(
        verbs, "set", "make or change one: name, organization, tags, fields", "people", "set_person", rows=True
    )
    change.add_argument("address", metavar="ADDRESS")
    change.add_argument("changes", nargs="+", metavar="FIELD=VALUE")
    text = "make every signed link useless that somebody was sent"
    revoke = command(verbs, "revoke-links", text, "people", "revoke_links", rows=True)
    revoke.add_argument("address", metavar="ADDRESS")
    _imports(verbs, command, "import_persons", "take people in from CSV: address and other columns")


def _organization(verbs: Any, command: Command) -> None:
    _lists(command(verbs, "list", "organizations by name", "people", "list_organizations", rows=True))
    show = command(
        verbs, "show", "one organization with its people and sites", "people", "show_organization", rows=True
    )
    show.add_argument("name", metavar="NAME")
    change = command(verbs, "set", "make or change one: domains, tags, fields", "people", "set_organization", rows=True)
    change.add_argument("name", metavar="NAME")
    change.add_argument("changes", nargs="*", metavar="FIELD=VALUE")
    site = command(verbs, "site", "make, change or drop a place that goods go to", "people", "set_site", rows=True)
    site.add_argument("name", metavar="NAME")
    site.add_argument("site", metavar="SITE")
    site.add_argument("changes", nargs="*", metavar="PART=VALUE", help="company, street, city, postcode, country")
    site.add_argument("--drop", action="store_true")
    _imports(verbs, command, "import_organizations", "take organizations in from CSV: name and other columns")


def _habit(verbs: Any, command: Command) -> None:
    for name, text, function in (
        ("list", "habits by organization", "list_habits"),
        ("export", "habits as CSV", "export_habits"),
    ):
        command(verbs, name, text, "knowledge", function, rows=True).add_argument("--organization", metavar="NAME")
    change = command(
        verbs, "set", "make or change one: day_order day, sku AX-1 --said 4711", "knowledge", "set_habit", rows=True
    )
    change.add_argument("organization", metavar="ORGANIZATION")
    change.add_argument("name", metavar="NAME")
    change.add_argument("value", metavar="VALUE")
    change.add_argument("--said", default="", metavar="WORDS", help="what stands in the customer's documents")
    change.add_argument("--layout", default="", help="only for documents of this fingerprint")
    drop = command(verbs, "drop", "undo one, a learned one too", "knowledge", "drop_habit", rows=True)
    drop.add_argument("id", type=int, metavar="ID")
    imported = command(verbs, "import", "take habits in from CSV", "knowledge", "import_habits", rows=True)
    imported.add_argument("file", metavar="FILE|-")


def _price(verbs: Any, command: Command) -> None:
    listing = command(verbs, "list", "entries of price lists", "knowledge", "list_prices", rows=True)
    listing.add_argument("--limit", type=int, default=100)
    export = command(verbs, "export", "price lists as CSV", "knowledge", "export_prices", rows=True)
    for each in (listing, export):
        each.add_argument("--organization", metavar="NAME", help="one customer's; '' for the list of everybody")
    imported = command(verbs, "import", "replace whole lists from CSV", "knowledge", "import_prices", rows=True)
    imported.add_argument("file", metavar="FILE|-")


def _fact(verbs: Any, command: Command) -> None:
    listing = command(verbs, "list", "facts by number", "fact", "list_facts", rows=True)
    listing.add_argument("--organization", metavar="NAME")
    listing.add_argument("--address", metavar="ADDRESS")
    listing.add_argument("--kind", metavar="WORD", help="as invoice")
    listing.add_argument("--limit", type=int, default=100)
    text = "take facts in from CSV: organization or address, kind, key, date, amount, currency, text, link"
    command(verbs, "import", text, "fact", "import_facts", rows=True).add_argument("file", metavar="FILE|-")
    command(verbs, "drop", "forget one", "fact", "drop", rows=True).add_argument("id", type=int, metavar="ID")


def _lists(listing: Any) -> None:
    listing.add_argument("query", nargs="*", metavar="WORD")
    listing.add_argument("--tag")
    listing.add_argument("--csv", action="store_true", help="all of them as CSV")
    listing.add_argument("--limit", type=int, default=100)


def _imports(verbs: Any, command: Command, function: str, text: str) -> None:
    imported = command(verbs, "import", text, "people", function, rows=True)
    imported.add_argument("file", metavar="FILE|-")
    imported.add_argument("--dry-run", action="store_true", help="show what each line would do, change nothing")


def _report(nouns: Any, command: Command) -> None:
    text = "sales, orders by day, time per stage, late orders, touchless share, ratings, service levels, blueprints"
    report = command(nouns, "report", text, "report", rows=True)
    report.add_argument("name", choices=REPORTS)
    report.add_argument("--csv", action="store_true", help="as CSV")
    report.add_argument("--svg", metavar="FILE", help="as a picture; FILE.html has the figures too")
    report.add_argument("--force", action="store_true", help="write FILE outside of this folder, or over another")
    report.add_argument("--months", type=int, help="sales and touchless of so many (12)")
    report.add_argument("--schedule", metavar="NAME", help="in working hours of this schedule, where it is about times")
    report.add_argument("--blueprint", metavar="NAME", help="blueprint and waiting of one only")
    report.add_argument("--department", metavar="NAME", help="of one department only; none: of tickets without")
    report.add_argument("--from", dest="since", metavar="DATE", help="blueprint and waiting since then (30 days)")
    report.add_argument("--to", dest="until", metavar="DATE", help="up to the end of this day; else up to now")
    report.add_argument("--days", type=int, help="orders (30) and stages (90) of so many")
