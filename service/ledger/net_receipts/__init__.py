"""What came in on some days, less fees, refunds and disputes, and the entries behind each of these figures."""
