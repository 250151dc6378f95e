"""Every fault, in modules by what it is about: a new fault is one entry in one of them."""

from importlib import import_module
from pkgutil import iter_modules

from tools.proof.stage.fault import Fault

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
FAULTS: tuple[Fault, ...] = tuple(fault for module in _MODULES for fault in module.FAULTS)
