//! Project discovery, KOM documents and kompoxops.yml into model values
