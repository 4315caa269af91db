"""Let ``python -m watchfloor.cli`` be the command."""

from watchfloor.cli import app

app()
