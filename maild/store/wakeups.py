"""What processes on one PostgreSQL database call out to each other: who woke which topics."""

CHANNEL = "maild"


def wake_up(origin: str, topics: set[str]) -> dict[str, str]:
    """The channel and the words of a NOTIFY; at most some hundred bytes, as there are few topics."""
    return {"to": CHANNEL, "what": f"{origin} {','.join(sorted(topics))}"}


def heard(said: str) -> tuple[str, set[str]]:
    """Who said it, and the topics; anything that is not ours names none."""
    origin, _, topics = said.partition(" ")
    return origin, {topic for topic in topics.split(",") if topic}
