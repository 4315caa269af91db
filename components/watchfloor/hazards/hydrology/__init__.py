"""Rain to runoff to rivers: losses, unit hydrographs and routing on a network of nodes."""

from watchfloor.hazards.hydrology.model import Hydrology
from watchfloor.hazards.hydrology.network import hydrographs, inflow, network

__all__ = ["Hydrology", "hydrographs", "inflow", "network"]
