//! Volumes on AKS: Azure Disks and Azure Files
