"""What a component needs of its host beyond its manifest: files that it names, files named in those, sockets."""

from formats.carried.carriage import Carriage, Disk, carriage, folders_to_list
from formats.carried.kinds import Kind, Naming
from formats.carried.needs import Need, needs
from formats.carried.texts import inside

__all__ = ["Carriage", "Disk", "Kind", "Naming", "Need", "carriage", "folders_to_list", "inside", "needs"]
