"""Everything maild keeps: mails, tickets, people, timers, letters, history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from maild.store import search_index

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_folder",
        sa.Column("mailbox", AutoString(length=64), nullable=False),
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("again_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder"),
    )
    op.create_table(
        "mailbox_uid",
        sa.Column("mailbox", AutoString(length=64), nullable=False),
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.CheckConstraint("state IN ('failing', 'stored', 'refused', 'filed')", name="mailbox_uid_state"),
        sa.PrimaryKeyConstraint("mailbox", "folder", "uid"),
    )
    op.create_table(
        "meta",
        sa.Column("name", AutoString(length=64), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("trust_unauthenticated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "process",
        sa.Column("name", AutoString(length=64), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("socket", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "forgetting",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("mails_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letters_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("found", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "webhook",
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("failing_since", UTCDateTime(), nullable=True),
        sa.Column("off_at", UTCDateTime(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "organization_domain",
        sa.Column("domain", AutoString(length=320), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
        ),
        sa.PrimaryKeyConstraint("domain"),
    )
    op.create_index(
        op.f("ix_organization_domain_organization_id"), "organization_domain", ["organization_id"], unique=False
    )
    op.create_table(
        "organization_site",
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("postcode", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
        ),
        sa.PrimaryKeyConstraint("organization_id", "name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", AutoString(length=16), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("bounced_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('customer', 'light', 'agent', 'lead', 'admin')", name="person_role"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )
    op.create_index(op.f("ix_person_organization_id"), "person", ["organization_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=998), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("priority", AutoString(length=16), nullable=False),
        sa.Column("group_name", AutoString(length=100), nullable=True),
        sa.Column("assignee", AutoString(length=100), nullable=True),
        sa.Column("form", AutoString(length=100), nullable=True),
        sa.Column("department", AutoString(length=100), nullable=True),
        sa.Column("queue", AutoString(length=200), nullable=True),
        sa.Column("queue_told", sa.Boolean(), nullable=False),
        sa.Column("order_address", AutoString(length=320), nullable=False),
        sa.Column("channel", AutoString(length=8), nullable=False),
        sa.Column("requester_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column(
            "review_reasons", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("follow_up_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sla_policy", sa.String(length=100), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("status_changed_at", UTCDateTime(), nullable=False),
        sa.Column("assigned_at", UTCDateTime(), nullable=True),
        sa.Column("customer_reply_at", UTCDateTime(), nullable=True),
        sa.Column("agent_reply_at", UTCDateTime(), nullable=True),
        sa.Column("customer_mails", sa.Integer(), nullable=False),
        sa.Column("agent_mails", sa.Integer(), nullable=False),
        sa.Column("reopens", sa.Integer(), nullable=False),
        sa.Column("blueprint", AutoString(length=100), nullable=True),
        sa.Column("blueprint_version", AutoString(length=64), nullable=True),
        sa.Column("state", AutoString(length=100), nullable=True),
        sa.Column("blueprint_entered_at", UTCDateTime(), nullable=True),
        sa.Column("blueprint_due_at", UTCDateTime(), nullable=True),
        sa.Column("blueprint_completed_at", UTCDateTime(), nullable=True),
        sa.Column("state_entered_at", UTCDateTime(), nullable=True),
        sa.Column("state_due_at", UTCDateTime(), nullable=True),
        sa.Column("language", AutoString(length=16), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.CheckConstraint("status BETWEEN 1 AND 6", name="ticket_status_known"),
        sa.ForeignKeyConstraint(
            ["follow_up_of"],
            ["ticket.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ticket_owned",
        "ticket",
        ["assignee", "status"],
        unique=False,
        sqlite_where=sa.text("status < 5"),
        postgresql_where=sa.text("status < 5"),
    )
    op.create_index(
        "ticket_queue",
        "ticket",
        ["queue", "id"],
        unique=False,
        sqlite_where=sa.text("queue IS NOT NULL"),
        postgresql_where=sa.text("queue IS NOT NULL"),
    )
    op.create_index("ticket_organization", "ticket", ["organization_id", "id"], unique=False)
    op.create_index("ticket_requester", "ticket", ["requester_id", "id"], unique=False)
    op.create_index("ticket_status", "ticket", ["status", "id"], unique=False)
    op.create_index(
        "ticket_walking",
        "ticket",
        ["blueprint", "state", "id"],
        unique=False,
        sqlite_where=sa.text("blueprint IS NOT NULL"),
        postgresql_where=sa.text("blueprint IS NOT NULL"),
    )
    op.create_table(
        "blueprint_version",
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rules", AutoString(length=64), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_blueprint_version_name"), "blueprint_version", ["name"], unique=False)
    op.create_table(
        "blueprint_share",
        sa.Column("version", AutoString(length=64), nullable=False),
        sa.Column("state", AutoString(length=100), nullable=False),
        sa.Column("department", AutoString(length=100), nullable=False),
        sa.PrimaryKeyConstraint("version", "state", "department"),
    )
    op.create_table(
        "blueprint_drop",
        sa.Column("version", AutoString(length=64), nullable=False),
        sa.Column("state", AutoString(length=100), nullable=False),
        sa.PrimaryKeyConstraint("version", "state"),
    )
    op.create_table(
        "blueprint_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("blueprint", AutoString(length=100), nullable=False),
        sa.Column("version", AutoString(length=64), nullable=False),
        sa.Column("transition", AutoString(length=100), nullable=False),
        sa.Column("source", AutoString(length=100), nullable=False),
        sa.Column("target", AutoString(length=100), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("whole_due_at", UTCDateTime(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("blueprint_move_at", "blueprint_move", ["blueprint", "at", "id"], unique=False)
    op.create_index("blueprint_move_ticket", "blueprint_move", ["ticket_id", "id"], unique=False)
    op.create_index(
        "ticket_work",
        "ticket",
        ["group_name", "assignee", "status", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("status < 5"),
        postgresql_where=sa.text("status < 5"),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("key", AutoString(length=200), nullable=False),
        sa.Column("kind", AutoString(length=32), nullable=False),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("seen", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("rules_hash", AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("history_ticket", "history", ["ticket_id", "id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", AutoString(length=16), nullable=False),
        sa.Column("key", AutoString(length=300), nullable=False),
        sa.Column("message_id", AutoString(length=300), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("template", AutoString(length=100), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("envelope_from", AutoString(length=320), nullable=False),
        sa.Column("to_address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=998), nullable=False),
        sa.Column("phase", AutoString(length=16), nullable=False),
        sa.Column("code", AutoString(length=64), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=False),
        sa.Column("dialled_at", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("leased_by", AutoString(length=64), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("side_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(phase IN ('sending', 'at_dot')) = (leased_by IS NOT NULL)", name="letter_lease"),
        sa.CheckConstraint(
            "(phase IN ('sent', 'failed', 'dropped')) = (settled_at IS NOT NULL)", name="letter_settled"
        ),
        sa.CheckConstraint("kind IN ('mail', 'webhook')", name="letter_kind"),
        sa.CheckConstraint(
            "phase IN ('held', 'queued', 'sending', 'at_dot', 'sent', 'deferred', 'unknown', 'failed', 'dropped')",
            name="letter_phase",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("letter_address", "letter", ["to_address", "dialled_at"], unique=False)
    op.create_index("letter_dialled", "letter", ["dialled_at"], unique=False)
    op.create_index("letter_organization", "letter", ["organization_id", "dialled_at"], unique=False)
    op.create_index(
        "letter_phase",
        "letter",
        ["phase", "id"],
        unique=False,
        sqlite_where=sa.text("phase NOT IN ('queued', 'deferred', 'unknown')"),
        postgresql_where=sa.text("phase NOT IN ('queued', 'deferred', 'unknown')"),
    )
    op.create_index(
        "letter_summary",
        "letter",
        ["next_at", "to_address"],
        unique=False,
        sqlite_where=sa.text("phase = 'held' AND code = 'budget.spent'"),
        postgresql_where=sa.text("phase = 'held' AND code = 'budget.spent'"),
    )
    op.create_index("letter_ticket", "letter", ["ticket_id", "id"], unique=False)
    op.create_index(
        "letter_work",
        "letter",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("phase IN ('queued', 'deferred', 'unknown')"),
        postgresql_where=sa.text("phase IN ('queued', 'deferred', 'unknown')"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("order_address", AutoString(length=320), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("leased_by", AutoString(length=64), nullable=True),
        sa.Column("message_id", sa.String(length=998), nullable=True),
        sa.Column("from_address", sa.String(length=320), nullable=True),
        sa.Column("subject", sa.String(length=998), nullable=True),
        sa.Column("kind", AutoString(length=16), nullable=True),
        sa.Column("outcome", AutoString(length=16), nullable=True),
        sa.Column("code", AutoString(length=64), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("checked", sa.String(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="message_settled"),
        sa.CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name="message_lease"),
        sa.CheckConstraint(
            "outcome IN ('ticket', 'comment', 'duplicate', 'ignored', 'quarantined')", name="message_outcome"
        ),
        sa.CheckConstraint("state IN ('ready', 'leased', 'done')", name="message_state"),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", "order_address"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "message_said_id",
        "message",
        ["message_id"],
        unique=False,
        sqlite_where=sa.text("message_id IS NOT NULL"),
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index(
        "message_outcome",
        "message",
        ["outcome", "id"],
        unique=False,
        sqlite_where=sa.text("outcome IS NOT NULL"),
        postgresql_where=sa.text("outcome IS NOT NULL"),
    )
    op.create_index(
        "message_ticket",
        "message",
        ["ticket_id"],
        unique=False,
        sqlite_where=sa.text("ticket_id IS NOT NULL"),
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "message_work",
        "message",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state <> 'done'"),
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_table(
        "rule_file",
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column(
            "document", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("filled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("remind_at", UTCDateTime(), nullable=True),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=400), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=400), nullable=True),
        sa.Column("priority", AutoString(length=16), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="task_done"),
        sa.CheckConstraint("state IN ('open', 'done')", name="task_state"),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="task_priority"),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("task_owner", "task", ["owner", "state", "due_at"], unique=False)
    op.create_index(
        "task_remind",
        "task",
        ["remind_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open' AND remind_at IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND remind_at IS NOT NULL"),
    )
    op.create_index("task_ticket", "task", ["ticket_id", "id"], unique=False)
    op.create_table(
        "thread_ref",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_address", AutoString(length=320), nullable=False),
        sa.Column("ref", sa.String(length=998), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("side_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_address", "ref"),
    )
    op.create_index("thread_ref_ticket", "thread_ref", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ticket_link",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", AutoString(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["ticket.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id", "other_id"),
    )
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("unsolved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id", "tag"),
    )
    op.create_index("ticket_tag_tag", "ticket_tag", ["tag", "ticket_id"], unique=False)
    op.create_index(
        "ticket_tag_unsolved",
        "ticket_tag",
        ["tag", "ticket_id"],
        unique=False,
        sqlite_where=sa.text("unsolved"),
        postgresql_where=sa.text("unsolved"),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", AutoString(length=200), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("armed_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="timer_settled"),
        sa.CheckConstraint("state IN ('pending', 'fired', 'cancelled')", name="timer_state"),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "timer_due",
        "timer",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "timer_pending",
        "timer",
        ["ticket_id", "rule", "step"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("timer_ticket", "timer", ["ticket_id", "id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("cut_text", sa.String(), nullable=True),
        sa.Column("mark", AutoString(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_comment_message_id"), "comment", ["message_id"], unique=False)
    op.create_index(op.f("ix_comment_ticket_id"), "comment", ["ticket_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("channel", AutoString(length=8), nullable=False),
        sa.Column("sender", sa.String(length=998), nullable=False),
        sa.Column(
            "recipients", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("peer", AutoString(length=64), nullable=True),
        sa.Column("helo", sa.String(length=255), nullable=True),
        sa.Column("login", sa.String(length=320), nullable=True),
        sa.Column("tls", sa.Boolean(), nullable=False),
        sa.Column("session", AutoString(length=64), nullable=True),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("channel IN ('smtp', 'imap', 'ingest', 'web')", name="delivery_channel"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_delivery_message_id"), "delivery", ["message_id"], unique=False)
    op.create_table(
        "letter_attempt",
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("result", AutoString(length=16), nullable=True),
        sa.Column("code", AutoString(length=64), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.PrimaryKeyConstraint("letter_id", "attempt"),
    )
    op.create_table(
        "letter_recipient",
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'refused', 'bounced')", name="letter_recipient_state"),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.PrimaryKeyConstraint("letter_id", "address"),
    )
    op.create_table(
        "message_chunk",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id", "seq"),
    )
    op.create_table(
        "ticket_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("po_key", sa.String(length=500), nullable=True),
        sa.Column("printed_key", sa.String(length=500), nullable=True),
        sa.Column("content", AutoString(length=64), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_ticket_order_ticket_id"), "ticket_order", ["ticket_id"], unique=False)
    op.create_index("ticket_order_key", "ticket_order", ["po_key", "id"], unique=False)
    op.create_index(
        "ticket_order_printed",
        "ticket_order",
        ["printed_key", "id"],
        unique=False,
        sqlite_where=sa.text("printed_key IS NOT NULL"),
        postgresql_where=sa.text("printed_key IS NOT NULL"),
    )
    op.create_table(
        "habit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("layout", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("set_by", sa.String(length=400), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("habit_one", "habit", ["organization_id", "name", "said", "layout"], unique=True)
    op.create_table(
        "sla_clock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.String(length=100), nullable=False),
        sa.Column("schedule", sa.String(length=100), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("allowed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consumed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("breached_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.CheckConstraint("target IN ('first_reply', 'next_reply', 'resolution')", name="sla_clock_target"),
        sa.CheckConstraint("ending IN ('met', 'released', 'dropped')", name="sla_clock_ending"),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="sla_clock_ended"),
        sa.CheckConstraint("ended_at IS NULL OR since IS NULL", name="sla_clock_stands"),
        sa.CheckConstraint("consumed >= 0", name="sla_clock_consumed"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sla_clock_run", "sla_clock", ["ticket_id", "target", "run"], unique=True)
    op.create_index(
        "sla_clock_newest",
        "sla_clock",
        ["ticket_id", "target"],
        unique=True,
        sqlite_where=sa.text("newest"),
        postgresql_where=sa.text("newest"),
    )
    op.create_index("sla_clock_started", "sla_clock", ["started_at"], unique=False)
    op.create_table(
        "fact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("amount", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("put_at", UTCDateTime(), nullable=False),
        sa.Column("put_by", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(organization_id IS NULL) <> (address IS NULL)", name="fact_owner"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "fact_organization",
        "fact",
        ["organization_id", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("organization_id IS NOT NULL"),
        postgresql_where=sa.text("organization_id IS NOT NULL"),
    )
    op.create_index(
        "fact_address",
        "fact",
        ["address", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("address IS NOT NULL"),
        postgresql_where=sa.text("address IS NOT NULL"),
    )
    op.create_table(
        "price",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("item", sa.String(length=100), nullable=False),
        sa.Column("sku", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("price", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("per", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("price_item", "price", ["item", "organization_id"], unique=False)
    op.create_index(op.f("ix_price_organization_id"), "price", ["organization_id"], unique=False)
    op.create_table(
        "side_conversation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=400), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed')", name="side_conversation_state"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="side_conversation_closed"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("side_conversation_ticket", "side_conversation", ["ticket_id", "id"], unique=False)
    op.create_index(op.f("ix_side_conversation_person_id"), "side_conversation", ["person_id"], unique=False)
    op.create_table(
        "side_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("cut_text", sa.String(), nullable=True),
        sa.Column("mark", AutoString(length=64), nullable=True),
        sa.ForeignKeyConstraint(["side_id"], ["side_conversation.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("side_message_side", "side_message", ["side_id", "id"], unique=False)
    op.create_index(op.f("ix_side_message_message_id"), "side_message", ["message_id"], unique=False)
    op.create_table(
        "parting_reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("writer", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("why", sa.String(length=1000), nullable=True),
        sa.Column("version_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'taken_back', 'refused')", name="parting_reply_state"),
        sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="parting_reply_settled"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index("parting_reply_ticket", "parting_reply", ["ticket_id", "id"], unique=False)
    op.create_index("parting_reply_settled_at", "parting_reply", ["settled_at"], unique=False)
    op.create_index(
        "parting_reply_due",
        "parting_reply",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "resolution",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_table(
        "article",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", AutoString(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("published_by", sa.String(length=100), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="article_withdrawn"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_table(
        "rating",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="rating_score"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_index("rating_at", "rating", ["at", "ticket_id"], unique=False)
    for statement in search_index.ddl(op.get_bind().dialect.name == "postgresql"):
        op.get_bind().exec_driver_sql(statement)
    op.create_table(
        "agent_presence",
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "assignment_turn",
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("agent", AutoString(length=100), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "agent"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(op.f("ix_api_token_name"), "api_token", ["name"], unique=False)
    op.create_table(
        "commit_mark",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "deed",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("made", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("deed_at", "deed", ["at"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_failure_account", "sign_in_failure", ["account", "at"], unique=False)
    op.create_index("sign_in_failure_at", "sign_in_failure", ["at"], unique=False)
    op.create_index("sign_in_failure_client", "sign_in_failure", ["client", "at"], unique=False)
    op.create_table(
        "user_password",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "web_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_web_session_ends_at"), "web_session", ["ends_at"], unique=False)
    op.create_index(op.f("ix_web_session_name"), "web_session", ["name"], unique=False)
    op.create_table(
        "api_answer",
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["api_token.id"],
        ),
        sa.PrimaryKeyConstraint("token_id", "key"),
    )
    op.create_index("api_answer_at", "api_answer", ["at"], unique=False)
    op.create_table(
        "link_edition",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_by", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )


def downgrade() -> None:
    op.drop_table("link_edition")
    op.drop_table("blueprint_move")
    op.drop_table("blueprint_drop")
    op.drop_table("blueprint_share")
    op.drop_table("blueprint_version")
    for statement in search_index.undo(op.get_bind().dialect.name == "postgresql"):
        op.get_bind().exec_driver_sql(statement)
    for name in ("rating", "article", "resolution", "parting_reply", "side_message", "side_conversation"):
        op.drop_table(name)
    op.drop_index("api_answer_at", table_name="api_answer")
    op.drop_table("api_answer")
    op.drop_index(op.f("ix_web_session_name"), table_name="web_session")
    op.drop_index(op.f("ix_web_session_ends_at"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_table("user_password")
    op.drop_index("deed_at", table_name="deed")
    op.drop_table("deed")
    op.drop_table("commit_mark")
    op.drop_index("sign_in_failure_client", table_name="sign_in_failure")
    op.drop_index("sign_in_failure_at", table_name="sign_in_failure")
    op.drop_index("sign_in_failure_account", table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_index(op.f("ix_api_token_name"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("assignment_turn")
    op.drop_table("agent_presence")
    op.drop_table("price")
    op.drop_table("fact")
    op.drop_table("sla_clock")
    op.drop_table("habit")
    op.drop_index("ticket_order_key", table_name="ticket_order")
    op.drop_index(op.f("ix_ticket_order_ticket_id"), table_name="ticket_order")
    op.drop_table("ticket_order")
    op.drop_table("message_chunk")
    op.drop_table("letter_recipient")
    op.drop_table("letter_attempt")
    op.drop_index(op.f("ix_delivery_message_id"), table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_comment_ticket_id"), table_name="comment")
    op.drop_index(op.f("ix_comment_message_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_index("timer_ticket", table_name="timer")
    op.drop_index(
        "timer_pending",
        table_name="timer",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(
        "timer_due",
        table_name="timer",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("timer")
    op.drop_index(
        "ticket_tag_unsolved",
        table_name="ticket_tag",
        sqlite_where=sa.text("unsolved"),
        postgresql_where=sa.text("unsolved"),
    )
    op.drop_index("ticket_tag_tag", table_name="ticket_tag")
    op.drop_table("ticket_tag")
    op.drop_table("ticket_link")
    op.drop_index("thread_ref_ticket", table_name="thread_ref")
    op.drop_table("thread_ref")
    op.drop_table("rule_file")
    op.drop_index("task_ticket", table_name="task")
    op.drop_index(
        "task_remind",
        table_name="task",
        sqlite_where=sa.text("state = 'open' AND remind_at IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND remind_at IS NOT NULL"),
    )
    op.drop_index("task_owner", table_name="task")
    op.drop_table("task")
    op.drop_index(
        "message_work",
        table_name="message",
        sqlite_where=sa.text("state <> 'done'"),
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.drop_index("message_ticket", table_name="message")
    op.drop_index("message_outcome", table_name="message")
    op.drop_index("message_said_id", table_name="message")
    op.drop_table("message")
    op.drop_index(
        "letter_work",
        table_name="letter",
        sqlite_where=sa.text("phase IN ('queued', 'deferred', 'unknown')"),
        postgresql_where=sa.text("phase IN ('queued', 'deferred', 'unknown')"),
    )
    op.drop_index("letter_ticket", table_name="letter")
    op.drop_index(
        "letter_summary",
        table_name="letter",
        sqlite_where=sa.text("phase = 'held' AND code = 'budget.spent'"),
        postgresql_where=sa.text("phase = 'held' AND code = 'budget.spent'"),
    )
    op.drop_index(
        "letter_phase",
        table_name="letter",
        sqlite_where=sa.text("phase NOT IN ('queued', 'deferred', 'unknown')"),
        postgresql_where=sa.text("phase NOT IN ('queued', 'deferred', 'unknown')"),
    )
    op.drop_index("letter_organization", table_name="letter")
    op.drop_index("letter_dialled", table_name="letter")
    op.drop_index("letter_address", table_name="letter")
    op.drop_table("letter")
    op.drop_index("history_ticket", table_name="history")
    op.drop_table("history")
    op.drop_index(
        "ticket_work", table_name="ticket", sqlite_where=sa.text("status < 5"), postgresql_where=sa.text("status < 5")
    )
    op.drop_index("ticket_status", table_name="ticket")
    op.drop_index("ticket_requester", table_name="ticket")
    op.drop_index("ticket_organization", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_person_organization_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("organization_site")
    op.drop_index(op.f("ix_organization_domain_organization_id"), table_name="organization_domain")
    op.drop_table("organization_domain")
    op.drop_table("webhook")
    op.drop_table("forgetting")
    op.drop_table("process")
    op.drop_table("organization")
    op.drop_table("meta")
    op.drop_table("mailbox_uid")
    op.drop_table("mailbox_folder")
