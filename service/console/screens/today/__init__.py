"""The first screen: what readers are asked now, how today goes, what needs a person, and the pause of all asks."""
