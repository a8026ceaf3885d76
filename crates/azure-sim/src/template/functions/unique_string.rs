//! The hash behind `uniqueString`: MurmurHash3 in a 64-bit form for 32-bit machines, as text. That these are the
//! characters that Azure makes is known from the names of recorded resources.

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

const C1: u32 = 0x239b_961b;
const C2: u32 = 0xab0e_9789;

/// Thirteen characters of `a-z2-7` that depend on all of `text`.
pub(super) fn unique_string(text: &str) -> String {
    let mut bits = hash(text.as_bytes());
    let mut unique = String::with_capacity(13);
    for _ in 0..13 {
        let at = usize::try_from(bits >> 59).unwrap_or_default();
        unique.push(ALPHABET.get(at).copied().map_or('a', char::from));
        bits <<= 5;
    }
    unique
}

fn hash(bytes: &[u8]) -> u64 {
    let (mut low, mut high) = (0_u32, 0_u32);
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        let (first, second) = block.split_at(4);
        low ^= mixed_low(word(first));
        low = low.rotate_left(19).wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        high ^= mixed_high(word(second));
        high = high.rotate_left(13).wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let (first, second) = blocks.remainder().split_at(blocks.remainder().len().min(4));
    low ^= mixed_low(word(first));
    high ^= mixed_high(word(second));
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    (low, high) = together(low ^ length, high ^ length);
    (low, high) = together(avalanche(low), avalanche(high));
    u64::from(high) << 32 | u64::from(low)
}

/// Up to four bytes, the first the lowest; no byte is nothing.
fn word(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u32::from(*byte))
}

fn mixed_low(word: u32) -> u32 {
    word.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

fn mixed_high(word: u32) -> u32 {
    word.wrapping_mul(C2).rotate_left(17).wrapping_mul(C1)
}

fn together(low: u32, high: u32) -> (u32, u32) {
    let low = low.wrapping_add(high);
    (low, high.wrapping_add(low))
}

fn avalanche(mut half: u32) -> u32 {
    half ^= half >> 16;
    half = half.wrapping_mul(0x85eb_ca6b);
    half ^= half >> 13;
    half = half.wrapping_mul(0xc2b2_ae35);
    half ^ half >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_names_come_out_again() {
        let subscription = "/subscriptions/5ca082f3-38f2-4bb0-b0a4-c401184ae3a8";
        let group = format!("{subscription}/resourceGroups/rg-azdtest-d65c7c0");
        assert_eq!(
            unique_string(&format!("{group}-azdtest-d65c7c0-eastus2")),
            "ue5q5duuc4yby"
        );
        assert_eq!(
            unique_string(&format!("{subscription}-azdtest-de281c2-eastus2")),
            "uctm7tqtpzvkw"
        );
        assert_eq!(
            unique_string(&format!("{subscription}-azdtest-d209f3e-eastus2")),
            "pogq2w7bplv2u"
        );
    }

    #[test]
    fn every_length_has_its_own_text() {
        let texts: std::collections::BTreeSet<String> = (0..40)
            .map(|length| unique_string(&"a".repeat(length)))
            .collect();
        assert_eq!(texts.len(), 40);
        assert!(texts.iter().all(|text| text.len() == 13));
    }
}
