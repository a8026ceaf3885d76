//! The AKS driver: cluster life cycle, volumes, node pools, DNS
