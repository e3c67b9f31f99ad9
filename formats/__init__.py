"""Pure: text in, typed values out, and back. No file, host or clock is touched here.

What other programs write (kubeadm, etcdctl, kubectl) becomes frozen dataclasses; what a step writes is made
from them. Secrets pass through as plain bytes: the caller wraps them, and no error here repeats its input.
"""
