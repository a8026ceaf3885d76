//! An Azure that misbehaves as it was told to, so that clients can show what they do then.

mod exchange;
mod faulty;
mod file;

pub use self::exchange::Exchange;
pub use self::faulty::Faulty;
pub use self::file::Faults;
