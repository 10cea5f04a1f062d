"""The people of the newsroom: who they are, what they may do, where they are signed in."""
