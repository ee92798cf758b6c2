"""An invented fleet with six years of life, to show parc and to try it."""

from parc.operations.demonstration.building import build
from parc.operations.demonstration.people import DemoAccount

__all__ = ["DemoAccount", "build"]
