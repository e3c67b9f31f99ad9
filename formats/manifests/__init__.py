"""Static pod manifests as kubeadm renders them: reading, rendering for another node, comparing."""

from formats.manifests.differences import differences
from formats.manifests.edited import with_flag, with_image, with_name
from formats.manifests.for_node import for_node, joining
from formats.manifests.manifest import Argument, HostPath, Manifest, ManifestError, Mount, parse

__all__ = [
    "Argument",
    "HostPath",
    "Manifest",
    "ManifestError",
    "Mount",
    "differences",
    "for_node",
    "joining",
    "parse",
    "with_flag",
    "with_image",
    "with_name",
]
