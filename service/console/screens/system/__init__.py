"""The screen for operators: worker, jobs, given up events, checks of the books, versions, and the doctor on demand."""
