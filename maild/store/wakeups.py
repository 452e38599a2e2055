"""What processes on one PostgreSQL database call out to each other: who woke which topics."""

CHANNEL = "maild"


def wake_up(origin: str, topics: set[str]) -> tuple[str, list[bytes]]:
    """A NOTIFY with the values that it binds: at most some hundred bytes, as there are few topics."""
    what = f"{origin} {','.join(sorted(topics))}"
    return "SELECT pg_notify($1, $2)", [CHANNEL.encode(), what.encode()]


def heard(said: str) -> tuple[str, set[str]]:
    """Who said it, and the topics; anything that is not ours names none."""
    origin, _, topics = said.partition(" ")
    return origin, {topic for topic in topics.split(",") if topic}
