//! Every name and tag that Kompox puts on a cloud: hashes, compact ids, Azure names
