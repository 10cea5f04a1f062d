"""The versions of a document: who saved them, what each changed, which is in force, and roll back."""
