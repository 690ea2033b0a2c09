"""Writes the service's description: ``python -m orchestrator.api > docs/openapi.json``."""

import sys

from orchestrator.api.app import create_app
from orchestrator.api.openapi import text

sys.stdout.write(text(create_app("journal.db").routes))
