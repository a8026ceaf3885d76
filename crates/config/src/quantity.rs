//! Kubernetes quantities: `10Gi`, `1.5G`, `2e9`, `1073741824`.

/// The number of bytes that a quantity stands for, rounded up to a whole one.
///
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
///
/// # Errors
///
/// What is wrong with it, to follow its name in a message.
pub(crate) fn bytes(quantity: &str) -> Result<u64, String> {
    let unsigned = quantity.strip_prefix('+').unwrap_or(quantity);
    if unsigned.starts_with('-') {
        return Err("must not be negative".to_owned());
    }
    let number_end = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(number_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(malformed());
    }
    let unit = Unit::parse(suffix).ok_or_else(malformed)?;

    // The value is digits * factor * 10^exponent, all of it whole.
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    let digits: u128 = digits.parse().map_err(|_| too_large())?;
    let exponent = unit.exponent - i64::try_from(fraction.len()).map_err(|_| malformed())?;
    let value = digits.checked_mul(unit.factor).ok_or_else(too_large)?;
    let power = |exponent: u64| 10_u128.checked_pow(u32::try_from(exponent).ok()?);
    let value = if exponent >= 0 {
        power(exponent.unsigned_abs())
            .and_then(|power| value.checked_mul(power))
            .ok_or_else(too_large)?
    } else {
        // A divisor beyond 128 bits leaves less than one byte.
        power(exponent.unsigned_abs()).map_or(1, |power| value.div_ceil(power))
    };
    i64::try_from(value)
        .ok()
        .and_then(|value| u64::try_from(value).ok())
        .ok_or_else(too_large)
}

/// What a suffix multiplies by: `factor * 10^exponent`.
struct Unit {
    factor: u128,
    exponent: i64,
}

impl Unit {
    fn parse(suffix: &str) -> Option<Self> {
        let (factor, exponent) = match suffix {
            "" => (1, 0),
            "n" => (1, -9),
            "u" => (1, -6),
            "m" => (1, -3),
            "k" => (1, 3),
            "M" => (1, 6),
            "G" => (1, 9),
            "T" => (1, 12),
            "P" => (1, 15),
            "E" => (1, 18),
            "Ki" => (1 << 10, 0),
            "Mi" => (1 << 20, 0),
            "Gi" => (1 << 30, 0),
            "Ti" => (1 << 40, 0),
            "Pi" => (1 << 50, 0),
            "Ei" => (1 << 60, 0),
            _ => (
                1,
                suffix.strip_prefix(['e', 'E'])?.parse::<i32>().ok()?.into(),
            ),
        };
        Some(Self { factor, exponent })
    }
}

fn malformed() -> String {
    "is neither a number of bytes nor a quantity such as `32Gi`".to_owned()
}

fn too_large() -> String {
    "is too large".to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantities_are_bytes() {
        for (quantity, expected) in [
            ("0", 0),
            ("1073741824", 1 << 30),
            ("32Gi", 32 << 30),
            ("1.5Gi", 3 << 29),
            (".5Ki", 512),
            ("5.", 5),
            ("1k", 1000),
            ("2e9", 2_000_000_000),
            ("2E9", 2_000_000_000),
            ("1E", 1_000_000_000_000_000_000),
            ("1e-1", 1),
            ("1500m", 2),
            ("1n", 1),
            ("+1Mi", 1 << 20),
            ("0e-2000000000", 0),
            ("1e-2000000000", 1),
        ] {
            assert_eq!(bytes(quantity), Ok(expected), "{quantity}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for quantity in [
            "", ".", "Gi", "1.2.3", "10GB", "10 Gi", "ten", "1e", "1ei", "0x10", "1gi", "+-1",
        ] {
            assert!(bytes(quantity).is_err(), "{quantity}");
        }
        for quantity in [
            "8Ei",
            "1e19",
            "9223372036854775808",
            "1e2000000000",
            &"9".repeat(100),
        ] {
            assert_eq!(
                bytes(quantity),
                Err("is too large".to_owned()),
                "{quantity}"
            );
        }
        assert_eq!(bytes("-1"), Err("must not be negative".to_owned()));
    }

    proptest! {
        /// The naive model: whole thousandths, one at a time.
        #[test]
        fn a_quantity_is_its_number_times_its_unit_rounded_up(
            whole in 0..1_000_000_u128, thousandths in 0..1000_u128, unit in 0..7_usize,
        ) {
            let (suffix, factor) = [
                ("", 1), ("k", 1000), ("M", 1_000_000), ("e3", 1000), ("Ki", 1024), ("Mi", 1 << 20), ("Gi", 1 << 30),
            ][unit];
            let total = (whole * 1000 + thousandths) * factor;
            let expected = total / 1000 + u128::from(total % 1000 != 0);
            prop_assert_eq!(bytes(&format!("{whole}.{thousandths:03}{suffix}")).map(u128::from), Ok(expected));
        }

        #[test]
        fn no_text_is_too_much_for_it(text in ".*") {
            let _ = bytes(&text);
        }

        #[test]
        fn no_number_is_too_much_for_it(text in "[+-]?[0-9.]{0,60}([eE][+-]?[0-9]{1,12}|[KMGTPE]i|[numkMGTPE])?") {
            let _ = bytes(&text);
        }
    }
}
