"""What the project claims, measured: ``make bench`` for speed, ``make prove`` for the science."""
