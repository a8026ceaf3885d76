//! JSON Web Tokens in the compact form, signed with RS256 (RFC 7515, 7517, 7518, 7519): the only algorithm that Entra ID
//! uses and takes from other issuers.

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use aws_lc_rs::signature::{RsaKeyPair, RsaPublicKeyComponents};
use aws_lc_rs::{encoding, rand, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// A private key and what others know it by.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    public: PublicKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// The cryptography refused: no key can be made, read or used.
#[derive(Debug, thiserror::Error)]
#[error("the signing key cannot be used")]
pub(super) struct KeyError;

impl SigningKey {
    /// A new key of 2048 bits as PKCS#8.
    pub(super) fn generate() -> Result<Vec<u8>, KeyError> {
        use encoding::{AsDer as _, Pkcs8V1Der};
        let pair = KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| KeyError)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError)?;
        Ok(der.as_ref().to_vec())
    }

    /// The key in `pkcs8`.
    pub(super) fn read(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError)?;
        let known = pair.public_key();
        let mut public = PublicKey {
            id: None,
            modulus: known.modulus().big_endian_without_leading_zero().to_vec(),
            exponent: known.exponent().big_endian_without_leading_zero().to_vec(),
        };
        public.id = Some(public.thumbprint());
        Ok(Self { pair, public })
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A token with these claims.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, KeyError> {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": self.public.id});
        let mut token = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &rand::SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .map_err(|_| KeyError)?;
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(token)
    }
}

/// The public half of an RSA key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    id: Option<String>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    /// As a JSON Web Key (RFC 7517, 7518 section 6.3.1).
    pub(super) fn to_jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
        })
    }

    /// RFC 7638.
    fn thumbprint(&self) -> String {
        let canonical = format!(
            r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
            URL_SAFE_NO_PAD.encode(&self.exponent),
            URL_SAFE_NO_PAD.encode(&self.modulus)
        );
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }

    /// The RSA keys for signatures in a JSON Web Key Set. `None` when the text is no key set, or one without such a key.
    pub(crate) fn read_set(text: &str) -> Option<Vec<Self>> {
        let set: Value = serde_json::from_str(text).ok()?;
        let keys: Vec<Self> = set
            .get("keys")?
            .as_array()?
            .iter()
            .filter_map(Self::read)
            .collect();
        (!keys.is_empty()).then_some(keys)
    }

    fn read(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        let fits = text("kty") == Some("RSA")
            && text("use").is_none_or(|purpose| purpose == "sig")
            && text("alg").is_none_or(|algorithm| algorithm == "RS256");
        if !fits {
            return None;
        }
        Some(Self {
            id: text("kid").map(str::to_owned),
            modulus: number("n").filter(|n| n.len() >= 256)?,
            exponent: number("e").filter(|e| !e.is_empty())?,
        })
    }
}

/// A token that was taken apart. Nothing that it says is true before [`Jwt::is_signed_by`].
pub(super) struct Jwt<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Takes a token apart; `None` when it is none, or none that is signed with RS256.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let header = object(header)?;
        // Extensions that are marked as critical must be understood (RFC 7515 section 4.1.11), and none is.
        let fits = header.get("alg").and_then(Value::as_str) == Some("RS256")
            && !header.contains_key("crit");
        fits.then_some(())?;
        Some(Self {
            claims: object(claims)?,
            header,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// Whether one of the keys made the signature. A key id must be that of the key, if both have one.
    pub(super) fn is_signed_by(&self, keys: &[PublicKey]) -> bool {
        let wanted = self.header("kid");
        keys.iter()
            .filter(|key| match (wanted, key.id.as_deref()) {
                (Some(wanted), Some(id)) => wanted == id,
                _ => true,
            })
            .any(|key| {
                RsaPublicKeyComponents {
                    n: &key.modulus,
                    e: &key.exponent,
                }
                .verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    self.signed.as_bytes(),
                    &self.signature,
                )
                .is_ok()
            })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// A claim in seconds since 1970.
    pub(super) fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        #[allow(clippy::cast_possible_truncation)]
        // Saturates, and such a time is out of range anyway.
        value.as_i64().or_else(|| value.as_f64().map(|f| f as i64))
    }

    /// `aud`, one or several.
    pub(super) fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::read(&SigningKey::generate().unwrap()).unwrap());

    fn keys() -> Vec<PublicKey> {
        vec![KEY.public().clone()]
    }

    #[test]
    fn a_token_says_what_was_signed() {
        let token = KEY
            .sign(&json!({"aud": "a", "exp": 7, "nbf": 1.9, "sub": "s"}))
            .unwrap();
        let read = Jwt::parse(&token).unwrap();
        assert!(read.is_signed_by(&keys()));
        assert_eq!(read.audiences(), ["a"]);
        assert_eq!((read.time("exp"), read.time("nbf")), (Some(7), Some(1)));
        assert_eq!(read.claim("sub"), Some("s"));
        assert_eq!(read.header("kid"), KEY.public().id.as_deref());
        assert!(!read.is_signed_by(&[]));
    }

    #[test]
    fn a_key_survives_its_key_set() {
        let set = json!({"keys": [{"kty": "EC", "crv": "P-256"}, KEY.public().to_jwk()]});
        assert_eq!(PublicKey::read_set(&set.to_string()).unwrap(), keys());
        for text in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"EC"}]}"#] {
            assert_eq!(PublicKey::read_set(text), None, "{text}");
        }
    }

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        // The example of RFC 7638 section 3.1.
        let jwk = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
        });
        assert_eq!(
            PublicKey::read(&jwk).unwrap().thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn another_key_another_algorithm_and_critical_extensions_are_refused() {
        let other = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        let token = other.sign(&json!({})).unwrap();
        assert!(!Jwt::parse(&token).unwrap().is_signed_by(&keys()));
        // The same without the key id, so that every key is tried.
        let mut nameless = keys();
        nameless[0].id = None;
        assert!(!Jwt::parse(&token).unwrap().is_signed_by(&nameless));
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"RS256","crit":["exp"]}"#,
            "[]",
        ] {
            let token = format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(header));
            assert!(Jwt::parse(&token).is_none(), "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_changed_character_is_refused(at in any::<proptest::sample::Index>(), with in "[A-Za-z0-9_.-]") {
            let token = KEY.sign(&json!({"aud": "a", "oid": "o"})).unwrap();
            let at = at.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != token);
            let accepted = Jwt::parse(&changed).is_some_and(|token| token.is_signed_by(&keys()));
            prop_assert!(!accepted);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            if let Some(token) = Jwt::parse(&text) {
                prop_assert!(!token.is_signed_by(&keys()));
            }
        }
    }
}
