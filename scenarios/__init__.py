"""The world: scenarios in YAML, the ledger, the economy and its tools."""
