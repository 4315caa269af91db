"""Let ``python -m watchfloor.cli`` be the command."""

from watchfloor.cli import app

if __name__ == "__main__":
    app()
