//! The backend over ports that remember.
