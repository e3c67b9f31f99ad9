"""Static pod manifests as kubeadm renders them: reading, rendering for another node, comparing."""

from formats.manifests.differences import differences
from formats.manifests.edited import with_flag, with_image
from formats.manifests.for_node import for_node
from formats.manifests.manifest import Argument, HostPath, Manifest, ManifestError, Mount, parse

__all__ = [
    "Argument",
    "HostPath",
    "Manifest",
    "ManifestError",
    "Mount",
    "differences",
    "for_node",
    "parse",
    "with_flag",
    "with_image",
]
