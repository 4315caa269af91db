"""The frame around the views of a desk, and its looks."""

from watchfloor.views.page.configure import configure
from watchfloor.views.page.shell import SLOTS, Page, page
from watchfloor.views.page.signals import toast

__all__ = ["SLOTS", "Page", "configure", "page", "toast"]
