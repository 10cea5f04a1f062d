"""The screen that shows the months of a site: campaigns, experiments, exclusions and pauses."""
