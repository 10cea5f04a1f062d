"""Insights: how often a prompt of each variant was shown, seen, dismissed and clicked on each day, and page views.

The counts name no reader. Only rows with `is_counted` are part of an experiment's results.
"""

from alembic import op

revision = "0009_insights"
down_revision = "0008_contributions"

PROMPT_COUNTS = """
CREATE TABLE prompt_counts (
    site TEXT NOT NULL,
    campaign TEXT NOT NULL,
    variant TEXT NOT NULL,
    day DATE NOT NULL,
    is_counted BOOLEAN NOT NULL,
    event TEXT NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_prompt_counts PRIMARY KEY (site, campaign, variant, day, is_counted, event),
    CONSTRAINT ck_prompt_counts_event CHECK (event IN ('shown', 'seen', 'dismissed', 'clicked')),
    CONSTRAINT ck_prompt_counts_count CHECK (count > 0)
);
GRANT SELECT, INSERT, UPDATE ON prompt_counts TO keepopen_app
"""

# What happened on the page views of an hour, on the site's clock. A site adds at most 72 rows a day.
VIEW_COUNTS = """
CREATE TABLE view_counts (
    site TEXT NOT NULL,
    day DATE NOT NULL,
    hour SMALLINT NOT NULL,
    event TEXT NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_view_counts PRIMARY KEY (site, day, hour, event),
    CONSTRAINT ck_view_counts_hour CHECK (hour BETWEEN 0 AND 23),
    CONSTRAINT ck_view_counts_event CHECK (event IN ('viewed', 'asked', 'gated')),
    CONSTRAINT ck_view_counts_count CHECK (count > 0)
);
GRANT SELECT, INSERT, UPDATE ON view_counts TO keepopen_app
"""

# Events of prompts that are counted already. A row is a hash of the event and of the decision's id, and says nothing
# about a reader.
REPORTED_EVENTS = """
CREATE TABLE reported_events (
    day DATE NOT NULL,
    fingerprint BYTEA NOT NULL,
    CONSTRAINT pk_reported_events PRIMARY KEY (day, fingerprint)
);
GRANT SELECT, INSERT, DELETE ON reported_events TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (PROMPT_COUNTS, VIEW_COUNTS, REPORTED_EVENTS):
        cursor.execute(statements)
