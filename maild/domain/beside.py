"""What happened beside a ticket in one line, from what its history keeps."""

from collections.abc import Mapping
from typing import Any


def told(kind: str, data: Mapping[str, Any]) -> str:
    """``kind`` and ``data`` are those of the entry; "" for events that a comment, a letter or a rule tells."""
    match kind:
        case "TaskAdded":
            return f"task {data['task']} for {data['owner']}: {data['title']}"
        case "TaskDone":
            left = f", {data['left']} left" if data["left"] else ", none left"
            return f"task {data['task']} of {data['owner']} done{left}: {data['title']}"
        case "SideOpened":
            return f"side conversation {data['side']} with {data['outsider']}: {data['subject']}"
        case "SideSaid":
            return f"side conversation {data['side']}: {data['outsider']} was written to"
        case "SideAnswered":
            return f"side conversation {data['side']}: {data['outsider']} answered"
        case "SideClosed":
            return f"side conversation {data['side']} closed"
        case "ResolutionWritten":
            return f"resolution: {data['text']}"
        case "ArticlePublished":
            return f"article published: {data['title']}"
        case "ArticleWithdrawn":
            return "article withdrawn"
        case "TicketRated":
            return f"rated {data['score']} of 5" + (", again" if data["again"] else "")
    return ""
