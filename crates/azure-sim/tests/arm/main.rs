//! The simulator through its one entry, request by request, held against what Azure was recorded to answer.
#![allow(clippy::unwrap_used)] // The helpers beside the tests fail the test, too.

mod arbitrary;
mod authorization;
mod azure;
mod cluster;
mod cluster_power;
mod cluster_version;
mod deployment;
mod disk;
mod disk_access;
mod dns;
mod dns_change;
mod entra;
mod file_share;
mod generic;
mod graph;
mod identity;
mod persistence;
mod pool;
mod resource_group;
mod server;
mod share_snapshot;
mod storage;
mod subscription;
mod time;
mod vault;
