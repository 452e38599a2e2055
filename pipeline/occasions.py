"""What brought about a letter, in words for whoever reads it."""

_TARGETS = {"first_reply": "first reply", "next_reply": "next reply", "resolution": "resolution"}


def occasion(rule: str) -> str:
    """``rule`` is what traces call it, as "sla.Gold.first_reply"; "" where nothing but the letter's text tells it."""
    match rule.split("."):
        case ["task"]:
            return "a task"
        case [""] | ["system" | "agent" | "link" | "edit", *_]:
            return ""
        case ["limit", *_, status]:
            return f"the time limit of {status}"
        case ["sla", *policy, target]:
            promised = f"the time promised for the {_TARGETS.get(target, target)}"
            return f"{promised} ({'.'.join(policy)})" if any(policy) else promised
        case ["blueprint", blueprint, "state", *state] if state:
            return f"the time limit of {'.'.join(state)} in {blueprint}"
        case ["blueprint", blueprint]:
            return f"the time limit of {blueprint}"
        case ["blueprint", blueprint, *transition]:
            return f"{'.'.join(transition)} in {blueprint}"
    return f'the rule "{rule}"'
