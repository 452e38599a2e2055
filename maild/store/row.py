"""A row of a table, told by its fields: to declare a kind of rows is to declare its table."""

from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel
from sqlmodel.main import get_column_from_field


class Row(SQLModel):
    """Subclasses name their ``__tablename__``, and in ``__table_args__`` what binds more than one column.

    SQLModel's `table=True` would map each class to objects besides, for an ORM that nobody here asks: half of the time
    that a table takes, and a third of its memory.
    """

    model_config = {"defer_build": True}  # nothing is validated by it

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        said = list(getattr(cls, "__table_args__", ()))
        options = said.pop() if said and isinstance(said[-1], dict) else {}
        columns = []
        for name, field in cls.model_fields.items():
            column = get_column_from_field(field)
            column.name = column.key = name
            columns.append(column)
        Table(str(cls.__tablename__), SQLModel.metadata, *columns, *said, **options)
