//! Availability zones.

use std::fmt;

use crate::NameError;

/// An availability zone of a region. Kompox writes it with the region (`japaneast-1`), Azure without (`1`); input may
/// be either.
///
/// ```
/// use kompox_naming::AvailabilityZone;
///
/// let zone = AvailabilityZone::parse("1", "japaneast")?;
/// assert_eq!(zone, AvailabilityZone::parse("japaneast-1", "japaneast")?);
/// assert_eq!(zone.to_string(), "japaneast-1");
/// assert_eq!(zone.azure_form(), "1");
/// assert!(AvailabilityZone::parse("eastus-1", "japaneast").is_err());
/// # Ok::<(), kompox_naming::NameError>(())
/// ```
///
/// Spec: §13.3.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AvailabilityZone {
    location: String,
    number: char,
}

impl AvailabilityZone {
    /// Reads a zone of the region `location`, in either form and any case, with or without white space around it.
    ///
    /// # Errors
    ///
    /// It is a zone of another region, or not a number from 1 to 9.
    pub fn parse(value: &str, location: &str) -> Result<Self, NameError> {
        let fail = |reason: String| {
            NameError::new(
                "availability zone",
                value,
                reason,
                "a zone number (`1`) or the region and the number (`japaneast-1`)",
            )
        };
        let text = value.trim();
        let number = match text.rsplit_once('-') {
            Some((region, number)) if region.eq_ignore_ascii_case(location) => number,
            Some((region, _)) => {
                return Err(fail(format!(
                    "is not in the provider's location: {region:?} instead of {location:?}"
                )));
            }
            None => text,
        };
        let mut digits = number.chars();
        match (digits.next(), digits.next()) {
            (Some(digit @ '1'..='9'), None) => Ok(Self {
                location: location.to_ascii_lowercase(),
                number: digit,
            }),
            _ => Err(fail("has no zone number from 1 to 9".to_owned())),
        }
    }

    /// The form that Azure takes and returns: the number alone.
    #[must_use]
    pub fn azure_form(&self) -> String {
        self.number.to_string()
    }

    /// The region.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }
}

/// The Kompox form, `{location}-{number}`.
impl fmt::Display for AvailabilityZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.location, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_the_same_zone() {
        for text in ["2", " 2 ", "japaneast-2", "JapanEast-2"] {
            let zone = AvailabilityZone::parse(text, "japaneast").unwrap();
            assert_eq!(zone.to_string(), "japaneast-2", "{text}");
            assert_eq!(zone.azure_form(), "2", "{text}");
        }
    }

    #[test]
    fn a_refusal_names_the_value_and_both_regions() {
        let error = AvailabilityZone::parse("eastus-1", "japaneast").unwrap_err();
        assert_eq!(
            error.to_string(),
            "availability zone `eastus-1` is not in the provider's location: \"eastus\" instead of \"japaneast\"; \
             expected a zone number (`1`) or the region and the number (`japaneast-1`)"
        );
        for text in ["", "0", "12", "a", "japaneast-", "japaneast-0", "１"] {
            assert!(
                AvailabilityZone::parse(text, "japaneast").is_err(),
                "{text}"
            );
        }
    }
}
