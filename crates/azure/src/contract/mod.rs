//! What every implementation of the port must hold to.
