//! Entra ID, as much of it as clients need before Resource Manager: tokens, discovery, managed identities.
//!
//! Everything is on the origin that the client used. Tokens are signed with the simulator's own key, which exists from
//! the first moment somebody needs it.

mod access;
mod application;
mod assertion;
mod audience;
mod desk;
mod directory;
mod discovery;
mod endpoints;
mod form;
mod jwt;
mod key;
mod managed_identity;
mod refusal;
mod route;
mod service_account;
mod token;

pub use self::access::Access;
pub(crate) use self::access::{caller, challenge};
pub use self::application::Application;
pub(crate) use self::application::SecretDigest;
pub(crate) use self::desk::{Call, respond};
pub(crate) use self::endpoints::answer as endpoints;
pub(crate) use self::jwt::PublicKey;
pub(crate) use self::key::KeyChain;
pub(crate) use self::route::Route;
pub use self::service_account::ServiceAccountTokenError;
pub(crate) use self::service_account::token as service_account_token;

/// The two forms of the protocol and of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V2,
}
