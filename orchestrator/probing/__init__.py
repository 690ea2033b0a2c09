"""Asking a fleet by deed: the same runs under other terms, and what is taken of each."""
