"""Who acts: the policy interface, organisms with known dispositions, and real models."""
