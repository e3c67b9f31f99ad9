"""The ports a kubeadm control plane listens on by default (kubernetes.io, "Ports and Protocols")."""

APISERVER = 6443
ETCD_CLIENT = 2379
ETCD_PEER = 2380
KUBELET = 10250
KUBE_PROXY_HEALTH = 10256
CONTROLLER_MANAGER = 10257
SCHEDULER = 10259
