//! The Kubernetes port.
//!
//! What a driver needs of a cluster's API server and of Helm will be told here, as the Azure port tells what it needs of
//! Azure: narrow traits without I/O, implemented by adapters. Nothing in the driver speaks to a cluster yet, so
//! there is nothing here yet.
