//! An Azure that misbehaves as it was told to, so that clients can show what they do then.

mod count;
mod effect;
mod entry;
mod exchange;
mod faulty;
mod file;
mod matcher;
mod path;
#[cfg(test)]
mod tests;
mod throttling;

pub use self::exchange::Exchange;
pub use self::faulty::Faulty;
pub use self::file::Faults;
