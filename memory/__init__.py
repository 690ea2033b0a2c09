"""The foundation: events, the log, notes, storage. Imports nothing else of ours."""
