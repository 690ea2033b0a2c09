"""The world: scenarios in YAML, the ledger, what work there is, and the tools agents call."""
