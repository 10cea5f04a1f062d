"""A record of prompts that is found among packed records is the one that unpacking them all gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.readers.packed_records import PromptRecord, packed_prompts, unpacked_prompt, unpacked_prompts
from tests.examples import examples

# Of few different bytes, so that the bytes of a campaign are found at wrong places too.
BYTES = st.sampled_from([0, 1, 2])
CAMPAIGNS = st.builds(lambda *digits: int.from_bytes(bytes(digits), "big"), BYTES, BYTES, BYTES)
INSTANTS = st.builds(lambda *digits: int.from_bytes(bytes(digits), "big"), BYTES, BYTES, BYTES, BYTES)
RECORDS = st.lists(
    st.builds(
        PromptRecord,
        CAMPAIGNS,
        seen_count=st.integers(0, 300),
        seen_at=st.lists(INSTANTS, max_size=3).map(tuple),
        dismissed_count=BYTES,
        dismissed_at=INSTANTS,
        contributed_count=BYTES,
        variant=st.integers(0, 300),
    ),
    max_size=15,
    unique_by=lambda record: record.campaign,
)


@settings(max_examples=examples(100, 2_000))
@given(RECORDS, CAMPAIGNS)
def test_a_record_is_found_among_packed_ones(records: list[PromptRecord], other: int) -> None:
    packed = packed_prompts(records)

    assert unpacked_prompts(packed) == tuple(records)
    by_campaign = {record.campaign: record for record in records}
    for campaign in (*by_campaign, other):
        assert unpacked_prompt(packed, campaign) == by_campaign.get(campaign, PromptRecord(campaign))
