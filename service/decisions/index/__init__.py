"""The index of campaigns: what their rules say about most page views, worked out in advance."""
