"""A section of the configuration file: frozen once read, and a key that it does not know is a mistake."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
