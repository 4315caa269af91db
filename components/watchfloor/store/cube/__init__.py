"""The numbers of all series as dense arrays, for questions that the store is too slow for."""

from watchfloor.store.cube.cube import Cube
from watchfloor.store.cube.group import Group
from watchfloor.store.cube.window import Latest, Window

__all__ = ["Cube", "Group", "Latest", "Window"]
