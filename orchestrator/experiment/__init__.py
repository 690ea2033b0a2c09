"""Experiments: every cell of a scenario under the same seeds, as runs of one study."""
