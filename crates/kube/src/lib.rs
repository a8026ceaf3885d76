//! The Kubernetes port
