//! Node pools on AKS
