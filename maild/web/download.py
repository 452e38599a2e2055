"""Files of strangers: saved under their names, never shown by the browser as pages of ours."""

from urllib.parse import quote

FILE_POLICY = "default-src 'none'; sandbox"


def saved_as(name: str) -> dict[str, str]:
    """Headers; RFC 6266 with RFC 8187 for names beyond ASCII."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)[-100:] or "file"
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[-100:], safe='')}"
    return {"content-disposition": said, "content-security-policy": FILE_POLICY}
