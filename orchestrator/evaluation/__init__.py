"""Judging monitors: the same fleets, played once on equal seeds, under the eyes of all of them."""
