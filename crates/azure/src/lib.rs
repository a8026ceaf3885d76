//! The Azure port: one small trait per Azure service, resource ids, wire types, error classification
